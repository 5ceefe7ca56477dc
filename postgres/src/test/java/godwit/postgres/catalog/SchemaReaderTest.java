package godwit.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.postgres.catalog.SchemaSelection.Blocking;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaReaderTest {
    private CatalogServer older;
    private CatalogServer newer;

    @BeforeAll
    void start() throws SQLException {
        older = new CatalogServer(15);
        newer = new CatalogServer(17);
    }

    @AfterAll
    void stop() throws SQLException {
        older.close();
        newer.close();
    }

    @Test
    void theScriptMakesADatabaseThatGivesTheSameScript() throws SQLException {
        var source = older.database("traps.sql", "traps-15.sql");
        var target = older.target();
        var script = all(source);

        CatalogServer.create(target, script.objects());

        assertThat(all(target).objects()).containsExactlyInAnyOrderElementsOf(script.objects());
        assertThat(script.findings()).isEmpty();
    }

    @Test
    void theScriptOfANewerServerMakesADatabaseThatGivesTheSameScript() throws SQLException {
        var source = newer.database("traps.sql", "traps-15.sql", "traps-17.sql");
        var target = newer.target();
        var script = all(source);

        CatalogServer.create(target, script.objects());

        assertThat(all(target).objects()).containsExactlyInAnyOrderElementsOf(script.objects());
    }

    @Test
    void aNewerServerTakesAnOlderOnesScriptAndComesBackToWhereItWas() throws SQLException {
        var source = older.database("traps.sql", "traps-15.sql");
        var target = newer.target();
        var before = all(target);
        var script = all(source);

        var undo = CatalogServer.create(target, script.objects());
        var made = all(target);
        for (var statement : undo) {
            CatalogServer.execute(target, statement);
        }

        assertThat(made.objects()).hasSameSizeAs(script.objects());
        assertThat(all(target)).isEqualTo(before);
    }

    @Test
    void whatIsMadeWorksAsAtTheSource() throws SQLException {
        var target = newer.target();
        var script = all(older.database("traps.sql"));
        CatalogServer.create(target, script.objects());

        CatalogServer.execute(target, "INSERT INTO s.parent (id) VALUES (1), (1); INSERT INTO s.serial DEFAULT VALUES");
        CatalogServer.execute(target, "INSERT INTO s.hashed VALUES (0, 'h')");
        CatalogServer.execute(target, "INSERT INTO s.part (id, at, n) VALUES (1, '2020-05-05', 0)");
        for (var statement : script.refreshes()) {
            CatalogServer.execute(target, statement);
        }

        assertThat(CatalogServer.column(target, "SELECT tableoid::regclass || ':' || g FROM s.part"))
                .containsExactly("s.part_eu_20:1");
        assertThat(CatalogServer.column(target, "SELECT max FROM s.a_mat_first"))
                .containsExactly("2");
        assertThat(CatalogServer.column(target, "SELECT id FROM s.on_key")).containsExactly("1");
        assertThatThrownBy(() -> CatalogServer.execute(target, "UPDATE s.part SET n = 7"))
                .hasMessageContaining("from_part");
        assertThatThrownBy(() -> CatalogServer.execute(target, "INSERT INTO s.child (extra, z) VALUES (1, 1)"))
                .hasMessageContaining("child_extra_check");
    }

    @Test
    void whatIsGodwitsOwnStaysBehind() throws SQLException {
        var source = older.database("traps.sql");
        var without = all(source);
        CatalogServer.execute(source, "CREATE SCHEMA godwit; CREATE TABLE godwit.run (id int PRIMARY KEY)");
        CatalogServer.execute(
                source,
                "CREATE FUNCTION godwit.fence() RETURNS trigger LANGUAGE plpgsql AS " + "$$BEGIN RETURN NULL; END$$");
        CatalogServer.execute(source, "CREATE TRIGGER fence BEFORE INSERT ON s.target EXECUTE FUNCTION godwit.fence()");
        CatalogServer.execute(source, "CREATE PUBLICATION godwit_move FOR TABLE s.target");

        var with = all(source);

        assertThat(with).isEqualTo(without);
    }

    @Test
    void objectsOfATableNeedNothingButThatTable() throws SQLException {
        var source = older.database("traps.sql", "traps-15.sql");
        var script = all(source);
        var tables = Set.copyOf(script.in(SchemaPhase.AFTER_TABLE).stream()
                .map(object -> object.table().orElseThrow())
                .toList());

        for (var table : tables) {
            var target = older.target();
            CatalogServer.create(target, script.in(SchemaPhase.BEFORE_DATA));
            for (var object : script.in(SchemaPhase.AFTER_TABLE).reversed()) {
                if (object.table().orElseThrow().equals(table)) {
                    CatalogServer.create(target, List.of(object));
                }
            }
        }

        assertThat(tables).hasSizeGreaterThan(15);
    }

    @Test
    void whatStandsOnAnExcludedTableIsTold() throws SQLException {
        var source = older.database("traps.sql");
        var excluded = Set.of("s.target", "s.serial");

        var script = new SchemaReader(source).read(new SchemaSelection(table -> !excluded.contains(table.plain())));

        assertThat(script.findings()).extracting(SchemaFinding::code).containsOnly("depends-on-not-carried");
        assertThat(script.findings())
                .extracting(SchemaFinding::object)
                .contains(
                        "foreign key full_fk on s.source",
                        "view s.grouped",
                        "view s.on_grouped",
                        "table s.circle",
                        "default s.borrows.id")
                .doesNotContain("primary key target_pkey on s.target", "sequence s.serial_id_seq");
        CatalogServer.create(older.target(), script.objects());
    }

    @Test
    void objectsOfOtherKindsAreNamedWithWhatStandsOnThem() throws SQLException {
        var source = older.database("uncarried.sql");

        var script = all(source);

        assertThat(script.findings())
                .extracting(SchemaFinding::object)
                .contains(
                        "operator u.===(integer,integer)",
                        "operator family u.family for access method btree",
                        "operator class u.class for access method hash",
                        "text search dictionary u.dictionary",
                        "text search configuration u.configuration",
                        "foreign-data wrapper wrapper",
                        "server Server",
                        "user mapping for app on server Server",
                        "foreign table u.far",
                        "type u.shell",
                        "cast from integer to u.pair",
                        "conversion u.conversion",
                        "access method method",
                        "view u.uses_operator",
                        "view u.on_far",
                        "table u.by_method",
                        "index u.documents_search");
        assertThat(script.findings())
                .extracting(SchemaFinding::message)
                .anyMatch(message -> message.contains("CREATE CAST (integer AS u.pair) WITH FUNCTION u.to_pair"))
                .noneMatch(message -> message.contains("do-not-show"));
        CatalogServer.create(older.target(), script.objects());
    }

    @Test
    void whatPeopleLeaveBehindIsOnlyToBeKnownAndWhatTheyMisspellBlocks() throws SQLException {
        var source = older.database("uncarried.sql");
        var every = all(source).findings().stream().map(SchemaFinding::object).toList();
        var leave = new ArrayList<>(every);
        leave.remove("table u.by_method");
        leave.addAll(List.of("function u.same(integer, integer)", "view u.nothing", "table u.documents"));

        var script = new SchemaReader(source).read(new SchemaSelection(table -> true, Blocking.ALL, leave));

        assertThat(script.findings())
                .filteredOn(SchemaFinding::blocks)
                .extracting(finding -> finding.code() + " " + finding.object())
                .containsExactlyInAnyOrder(
                        "depends-on-not-carried table u.by_method",
                        "leave-unknown view u.nothing",
                        "leave-unknown table u.documents");
        assertThat(script.findings()).extracting(SchemaFinding::object).containsAll(every);
        assertThat(script.objects())
                .extracting(SchemaObject::identity)
                .contains("u.documents")
                .doesNotContain("u.same(integer, integer)");
    }

    @Test
    void onlyWhatIncludedTablesStandOnBlocksThem() throws SQLException {
        var source = older.database("uncarried.sql");
        CatalogServer.execute(source, "CREATE TABLE u.alone (id int PRIMARY KEY)");

        assertThat(blocking(source, "u.alone")).isEmpty();
        assertThat(blocking(source, "u.documents"))
                .containsExactlyInAnyOrder("text search configuration u.configuration", "index u.documents_search");
        assertThat(blocking(source, "u.by_method"))
                .containsExactlyInAnyOrder("access method method", "table u.by_method");
    }

    private static List<String> blocking(Connection source, String included) throws SQLException {
        var selection = new SchemaSelection(table -> table.plain().equals(included), Blocking.NEEDED, List.of());
        return new SchemaReader(source)
                .read(selection).findings().stream()
                        .filter(SchemaFinding::blocks)
                        .map(SchemaFinding::object)
                        .toList();
    }

    @Test
    void nothingBlocksASchemaThatPeopleHaveMade() throws SQLException {
        var selection = new SchemaSelection(table -> true, Blocking.NONE, List.of());

        var script = new SchemaReader(older.database("uncarried.sql")).read(selection);

        assertThat(script.findings()).isNotEmpty().noneMatch(SchemaFinding::blocks);
    }

    @Test
    void aTableThatNeedsAnIndexWhichComesLaterBlocks() throws SQLException {
        var source = older.database();
        CatalogServer.execute(source, """
                CREATE TABLE keyed (id int PRIMARY KEY, v text);
                CREATE VIEW by_key AS SELECT id, v FROM keyed GROUP BY id;
                CREATE TABLE on_key (id int, whole by_key)""");

        assertThat(blocking(source)).containsExactly("table-needs-index table public.on_key");
    }

    @Test
    void aCircleThatCannotBeOpenedBlocks() throws SQLException {
        var source = older.database();
        CatalogServer.execute(source, """
                CREATE TABLE ring (id int);
                CREATE TYPE ring_range AS RANGE (subtype = ring);
                ALTER TABLE ring ADD empty bool GENERATED ALWAYS AS (isempty(NULL::ring_range)) STORED""");

        assertThat(blocking(source)).containsExactly("dependency-cycle type public.ring_range");
    }

    private static List<String> blocking(Connection source) throws SQLException {
        return all(source).findings().stream()
                .filter(SchemaFinding::blocks)
                .map(finding -> finding.code() + " " + finding.object())
                .toList();
    }

    @Test
    void readingLeavesTheConnectionAsItWas() throws SQLException {
        var source = older.database("traps.sql");
        CatalogServer.execute(source, "SET search_path = s, public; SET IntervalStyle = 'iso_8601'");

        all(source);

        assertThat(source.getAutoCommit()).isTrue();
        assertThat(CatalogServer.column(source, "SHOW search_path")).containsExactly("s, public");
        assertThat(CatalogServer.column(source, "SHOW IntervalStyle")).containsExactly("iso_8601");
    }

    private static SchemaScript all(Connection connection) throws SQLException {
        return new SchemaReader(connection).read(SchemaSelection.everything());
    }
}
