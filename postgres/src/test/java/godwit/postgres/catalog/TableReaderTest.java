package godwit.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.schema.Column;
import godwit.schema.Identifier;
import godwit.schema.ReplicaIdentity;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableReaderTest {
    private CatalogServer server;

    @BeforeAll
    void start() throws SQLException {
        server = new CatalogServer(15);
    }

    @AfterAll
    void stop() throws SQLException {
        server.close();
    }

    @Test
    void aKeyIsThatOfTheReplicaIdentity() throws SQLException {
        var database = server.database();
        CatalogServer.execute(database, """
                CREATE TABLE by_key (b int, a int, x int, PRIMARY KEY (a, b) INCLUDE (x));
                CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE);
                CREATE TABLE by_index (id int PRIMARY KEY, other int NOT NULL);
                CREATE UNIQUE INDEX chosen ON by_index (other) INCLUDE (id);
                ALTER TABLE by_index REPLICA IDENTITY USING INDEX chosen;
                CREATE TABLE nothing (id int PRIMARY KEY);
                ALTER TABLE nothing REPLICA IDENTITY NOTHING;
                CREATE TABLE computed (id int, g int GENERATED ALWAYS AS (id + 1) STORED PRIMARY KEY)
                """);

        assertThat(table(database, "by_key").key()).containsExactly(new Identifier("a"), new Identifier("b"));
        assertThat(table(database, "by_key").identity()).isEqualTo(ReplicaIdentity.KEY);
        assertThat(table(database, "by_index").key()).containsExactly(new Identifier("other"));
        assertThat(List.of("deferred", "nothing", "computed")).allSatisfy(name -> {
            assertThat(table(database, name).identity()).isEqualTo(ReplicaIdentity.NONE);
            assertThat(table(database, name).hasKey()).isFalse();
        });
    }

    @Test
    void withFullIdentityAnIndexThatCouldBeAKeyIsTheKey() throws SQLException {
        var database = server.database();
        CatalogServer.execute(database, """
                CREATE TABLE fitting (id int NOT NULL, b int, c int NOT NULL, UNIQUE (c, id) INCLUDE (b), UNIQUE (b));
                ALTER TABLE fitting REPLICA IDENTITY FULL;
                CREATE TABLE unfitting (id int NOT NULL UNIQUE DEFERRABLE, b int UNIQUE, t text NOT NULL);
                CREATE UNIQUE INDEX ON unfitting (lower(t));
                CREATE UNIQUE INDEX ON unfitting (t) WHERE id > 1;
                ALTER TABLE unfitting REPLICA IDENTITY FULL
                """);

        assertThat(table(database, "fitting").key()).containsExactly(new Identifier("c"), new Identifier("id"));
        assertThat(table(database, "unfitting").hasKey()).isFalse();
        assertThat(table(database, "unfitting").identity()).isEqualTo(ReplicaIdentity.FULL);
    }

    @Test
    void columnsSayWhetherTheyHaveABinaryFormAndWhetherItHoldsNumbersOfObjects() throws SQLException {
        var database = server.database();
        CatalogServer.execute(database, """
                CREATE TYPE mood AS ENUM ('sad');
                CREATE TYPE region AS (a int, b text);
                CREATE TYPE moody AS (m mood);
                CREATE DOMAIN alias AS regclass;
                CREATE TABLE t (t1 aclitem, t2 aclitem[], n1 regclass, n2 regproc[], n3 alias,
                                b1 int, b2 mood, b3 region, b4 text[], b5 int4multirange, b6 bytea, b7 mood[],
                                b8 region[], b9 moody)
                """);

        assertThat(table(database, "t").columns())
                .allSatisfy(column -> assertThat(List.of(column.binary(), column.numbered()))
                        .as(column.type())
                        .isEqualTo(
                                switch (column.name().name().charAt(0)) {
                                    case 't' -> List.of(false, false);
                                    case 'n' -> List.of(true, true);
                                    default -> List.of(true, false);
                                }));
    }

    @Test
    void columnsSayWhatTheirValuesNeed() throws SQLException {
        var database = server.database();
        CatalogServer.execute(database, """
                CREATE TABLE t (id int PRIMARY KEY, gone int, n numeric(10, 2), g int GENERATED ALWAYS AS (id) STORED);
                ALTER TABLE t DROP gone
                """);

        assertThat(table(database, "t").columns())
                .containsExactly(
                        new Column(new Identifier("id"), "integer", true, false, false, false),
                        new Column(new Identifier("n"), "numeric(10,2)", true, false, true, false),
                        new Column(new Identifier("g"), "integer", true, false, false, true));
    }

    @Test
    void onlyTablesThatHoldLoggedRowsOfUsersAreRead() throws SQLException {
        var database = server.database();
        CatalogServer.execute(database, """
                CREATE SCHEMA godwit; CREATE TABLE godwit.run (id int);
                CREATE TABLE parent (id int) PARTITION BY RANGE (id);
                CREATE TABLE leaf PARTITION OF parent DEFAULT;
                CREATE UNLOGGED TABLE loud (id int);
                CREATE TEMP TABLE passing (id int);
                CREATE VIEW seen AS SELECT 1;
                CREATE TABLE "Odd "" Name" ()
                """);

        var names = new TableReader(database).read().stream().map(Table::name).toList();

        assertThat(names).containsExactly(TableName.of("public", "Odd \" Name"), TableName.of("public", "leaf"));
        assertThat(new TableReader(database).unlogged()).containsExactly(TableName.of("public", "loud"));
    }

    private static Table table(Connection database, String name) throws SQLException {
        return new TableReader(database)
                .read().stream()
                        .filter(table -> table.name().name().name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }
}
