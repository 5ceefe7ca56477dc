package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.apply.TouchedRows;
import godwit.schema.TableName;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of all that gives a table another file, only what may give its rows other values is seen as that. */
@ExtendWith(Servers.class)
class RewritesTest {
    private final Pair pair;
    private final TouchedRows touched = new TouchedRows();

    RewritesTest(Pair pair) {
        this.pair = pair.both("CREATE TABLE t (id int PRIMARY KEY, v text,"
                + " w int GENERATED ALWAYS AS (id + 1) STORED); INSERT INTO t VALUES (1, 'a');"
                + " CREATE TABLE other AS SELECT id, v FROM t; CREATE TABLE columnless ()");
        touched.begin(Rewrites.read(pair.atTarget()), Rewrites.read(pair.atSource()));
    }

    private List<TableName> after(String... statements) {
        for (var statement : statements) {
            pair.target(statement);
        }
        return Rewrites.since(pair.atTarget(), pair.atSource(), touched);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE t; INSERT INTO t SELECT i FROM generate_series(1, 9) AS i",
                "TRUNCATE columnless",
                "DO $$BEGIN BEGIN TRUNCATE t; EXCEPTION WHEN division_by_zero THEN NULL; END; END$$",
                "VACUUM FULL",
                "CLUSTER t USING t_pkey",
                "ALTER TABLE other SET UNLOGGED",
                "ANALYZE",
                "ALTER TABLE t ALTER v SET STATISTICS 7",
                "ALTER TABLE t ALTER v TYPE varchar"
            })
    void valuesAreAsTheyWereOrInTheLog(String statement) {
        assertThat(after(statement)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ALTER v TYPE text USING upper(v)",
                "TRUNCATE t; INSERT INTO t VALUES (2, 'b'); ALTER TABLE t ALTER v TYPE text USING upper(v)",
                "ALTER TABLE t ALTER v TYPE text USING upper(v); TRUNCATE t",
                "ALTER TABLE t ALTER w SET EXPRESSION AS (id + 2)",
                "ALTER TABLE t ADD x float DEFAULT random()",
                "DROP TABLE t; ALTER TABLE other RENAME TO t"
            })
    void valuesMayBeOthers(String statements) {
        assertThat(after(statements)).containsExactly(TableName.of("public", "t"));
    }

    @Test
    void theCatalogMayBeWrittenAnewItself() {
        assertThat(after("VACUUM FREEZE pg_attribute", "VACUUM FULL pg_attribute", "VACUUM FULL t"))
                .isEmpty();
    }
}
