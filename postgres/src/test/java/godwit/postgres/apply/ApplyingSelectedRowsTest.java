package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.schema.RowSelection;
import godwit.schema.Table;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Changes of tables some of whose rows go along. */
@ExtendWith(Servers.class)
class ApplyingSelectedRowsTest {
    private static final RowSelection OPEN = new RowSelection("open");

    /** Columns are called as those of the temporary tables are, which a condition must not meet. */
    private static final String TABLES = """
            CREATE TABLE plain (n int PRIMARY KEY, open bool, c0 int);
            CREATE DOMAIN flag AS bool; CREATE TABLE long (n int PRIMARY KEY, open flag, part text, k text);
            ALTER TABLE long REPLICA IDENTITY FULL; ALTER TABLE long ALTER part SET STORAGE EXTERNAL;
            CREATE TABLE loose (open bool, what text); ALTER TABLE loose REPLICA IDENTITY FULL""";

    private final Pair pair;

    ApplyingSelectedRowsTest(Pair pair) {
        this.pair = pair.both(TABLES);
    }

    private static Table openOnly(Table table) {
        return table.selecting(OPEN);
    }

    private Following forward() {
        return Following.prepare(pair.source(), pair.target(), new StreamProgress(UUID.randomUUID(), "forward"))
                .selecting(Side.SOURCE, ApplyingSelectedRowsTest::openOnly)
                .open();
    }

    private List<String> selected(String table) {
        return pair.atSource()
                .query("SELECT t::text FROM " + table + " t WHERE open ORDER BY 1", row -> row.getString(1));
    }

    private void assertSelectedIsThere() {
        for (var table : List.of("plain", "long", "loose")) {
            assertThat(pair.targetRows("SELECT t::text FROM " + table + " t ORDER BY 1"))
                    .as(table)
                    .isEqualTo(selected(table));
        }
    }

    @Test
    void rowsEnterLeaveAndStayAndNoneThatNeverCameIsMissed() {
        pair.source("INSERT INTO plain SELECT i, i % 2 = 0, i FROM generate_series(1, 20) i");
        pair.target("INSERT INTO plain SELECT i, true, i FROM generate_series(2, 20, 2) i");
        try (var following = forward()) {
            pair.source(
                    "UPDATE plain SET open = NOT open WHERE n <= 6; UPDATE plain SET c0 = 0 WHERE n BETWEEN 7 AND 10");
            pair.source("UPDATE plain SET n = n + 100 WHERE n IN (11, 12); DELETE FROM plain WHERE n IN (13, 14)");
            pair.source(
                    "UPDATE plain SET open = NULL WHERE n = 16; INSERT INTO plain VALUES (30, true, 1), (31, false, 1)");
            pair.source(
                    "BEGIN; INSERT INTO plain VALUES (40, false, 1); UPDATE plain SET open = true WHERE n = 40;"
                            + " INSERT INTO plain VALUES (41, true, 1); UPDATE plain SET n = 42, open = false WHERE n = 41; COMMIT");
            following.catchUp();

            assertSelectedIsThere();
            assertThat(following.missingRows()).isZero();
        }
    }

    @Test
    void aRowThatEntersBringsItsValuesFromOutOfLine() {
        pair.source("INSERT INTO long SELECT i, i = 2, repeat(i::text, 9000), 'k' FROM generate_series(1, 3) i");
        pair.target("INSERT INTO long SELECT 2, true, repeat('2', 9000), 'k'");
        try (var following = forward()) {
            pair.source("UPDATE long SET open = true WHERE n = 1; UPDATE long SET k = 'changed' WHERE n IN (2, 3)");
            pair.source("UPDATE long SET n = 4, open = true WHERE n = 3");
            following.catchUp();

            assertSelectedIsThere();
            assertThat(following.missingRows()).isZero();
        }
    }

    @Test
    void copiesOfRowsWithoutKeyGoOnlyIfTheyWereThere() {
        pair.source("INSERT INTO loose VALUES (true, 'a'), (true, 'a'), (false, 'a'), (false, 'a'), (true, NULL)");
        pair.target("INSERT INTO loose VALUES (true, 'a'), (true, 'a'), (true, NULL)");
        try (var following = forward()) {
            pair.source("DELETE FROM loose WHERE ctid IN (SELECT min(ctid) FROM loose GROUP BY open, what)");
            pair.source("UPDATE loose SET open = NOT open; INSERT INTO loose VALUES (true, 'b'), (false, 'b')");
            following.catchUp();

            assertSelectedIsThere();
        }
    }

    @Test
    void largeTransactionsThatComeInBlocksAreSelectedFromToo() {
        pair.source("INSERT INTO long SELECT i, false, repeat('v', 3000), 'k' FROM generate_series(1, 10) i");
        try (var following = forward()) {
            pair.source("SET logical_decoding_work_mem = '64kB'; BEGIN;"
                    + " INSERT INTO plain SELECT i, i % 3 = 0, i FROM generate_series(1, 20000) i;"
                    + " SAVEPOINT a; UPDATE plain SET open = NOT open; ROLLBACK TO a;"
                    + " UPDATE plain SET open = true WHERE n % 5 = 0; DELETE FROM plain WHERE n % 7 = 0;"
                    + " UPDATE long SET open = true WHERE n > 5; UPDATE long SET k = 'x'; DELETE FROM long WHERE n IN (1, 9);"
                    + " INSERT INTO loose SELECT i % 2 = 0, i::text FROM generate_series(1, 2000) i;"
                    + " DELETE FROM loose WHERE what LIKE '1%'; COMMIT");
            following.catchUp();

            assertSelectedIsThere();
            assertThat(following.missingRows()).isZero();
        }
    }

    @Test
    void anEmptiedTableIsEmptiedWhole() {
        pair.both("INSERT INTO plain VALUES (1, true, 1); INSERT INTO loose VALUES (true, 'a')");
        try (var following = forward()) {
            pair.source("TRUNCATE plain, loose; INSERT INTO plain VALUES (2, true, 1), (3, false, 1)");
            following.catchUp();

            assertSelectedIsThere();
        }
    }

    @Test
    void aChangeThatDoesNotTellWhetherItsRowIsSelectedStopsTheStream() {
        pair.source("ALTER TABLE long REPLICA IDENTITY DEFAULT");
        pair.both("INSERT INTO long VALUES (1, true, repeat('x', 9000), 'k')");
        try (var following = forward()) {
            pair.source("UPDATE long SET k = 'changed'");

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(following::catchUp)
                    .matches(e -> e.problem().code().equals("where-needs-full-identity"));
        }
    }

    /** The stream from the target, applied to a source that has more rows. */
    private Following backward() {
        pair.source("CREATE SCHEMA IF NOT EXISTS godwit; " + OutsideRows.TABLE);
        var run = UUID.randomUUID();
        return Following.prepare(pair.target(), pair.source(), new StreamProgress(run, "backward"))
                .selecting(Side.TARGET, table -> {
                    var open = table.selecting(OPEN);
                    return open.selecting(new OutsideRows(run).widened(open));
                })
                .open();
    }

    private List<String> source(String table) {
        return pair.atSource().query("SELECT t::text FROM " + table + " t ORDER BY 1", row -> row.getString(1));
    }

    @Test
    void onTheWayBackRowsThatNeverMovedStayAsTheyAre() {
        pair.source("INSERT INTO plain VALUES (1, false, 7), (2, NULL, 7), (3, true, 7), (4, true, 7)");
        pair.source("INSERT INTO loose VALUES (false, 'own'), (true, 'a')");
        pair.target("INSERT INTO plain VALUES (3, true, 7), (4, true, 7); INSERT INTO loose VALUES (true, 'a')");
        try (var following = backward()) {
            pair.target("UPDATE plain SET c0 = 8 WHERE n = 3; DELETE FROM plain WHERE n = 4");
            pair.target("INSERT INTO plain VALUES (5, true, 9); INSERT INTO loose VALUES (true, 'b')");
            following.catchUp();
            assertThat(source("plain")).containsExactly("(1,f,7)", "(2,,7)", "(3,t,8)", "(5,t,9)");

            pair.target("TRUNCATE plain, loose");
            following.catchUp();

            assertThat(source("plain")).containsExactly("(1,f,7)", "(2,,7)");
            assertThat(source("loose")).containsExactly("(f,own)");
            assertThat(following.missingRows()).isZero();
        }
    }

    @Test
    void onTheWayBackRowsOutsideTheSelectionChangeAndGoAsTheyDidOnTheTarget() {
        pair.source("INSERT INTO plain VALUES (1, false, 7), (3, true, 7), (4, true, 7)");
        pair.both("INSERT INTO long VALUES (1, true, repeat('x', 9000), 'k')");
        pair.target("INSERT INTO plain VALUES (3, true, 7), (4, true, 7)");
        try (var following = backward()) {
            pair.target("UPDATE plain SET open = false; INSERT INTO plain VALUES (5, false, 1), (6, NULL, 1)");
            pair.target("UPDATE long SET open = false");
            following.catchUp();
            pair.target("UPDATE plain SET c0 = 2; UPDATE plain SET n = 15 WHERE n = 5; DELETE FROM plain WHERE n = 4");
            pair.target("UPDATE long SET k = 'again'");
            following.catchUp();
            assertThat(source("plain")).containsExactly("(1,f,7)", "(15,f,2)", "(3,f,2)", "(6,,2)");
            assertThat(source("long")).isEqualTo(pair.targetRows("SELECT t::text FROM long t"));

            pair.target("TRUNCATE plain");
            following.catchUp();

            assertThat(source("plain")).containsExactly("(1,f,7)");
            assertThat(following.missingRows()).isZero();
        }
    }

    @Test
    void onTheWayBackANewRowNeverTakesThePlaceOfOneThatNeverMoved() {
        pair.source("INSERT INTO plain VALUES (1, false, 7)");
        try (var following = backward()) {
            pair.target("INSERT INTO plain VALUES (1, true, 8)");

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(following::catchUp)
                    .matches(e -> e.problem().objects().contains("plain_pkey"));
            assertThat(source("plain")).containsExactly("(1,f,7)");
        }
    }
}
