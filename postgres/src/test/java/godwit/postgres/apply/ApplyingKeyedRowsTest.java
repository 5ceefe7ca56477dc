package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each change runs on the source twice: with the stream keeping up, and with all of it in one batch. */
@ExtendWith(Servers.class)
class ApplyingKeyedRowsTest {
    private static final String BIG = "(SELECT string_agg(md5(i::text || %s), '') FROM generate_series(1, 400) i)";

    private final Pair pair;

    ApplyingKeyedRowsTest(Pair pair) {
        this.pair = pair;
    }

    /** Makes the same tables on both sides, runs changes on the source, and compares. */
    private void follows(String tables, String... changes) {
        pair.both(tables);
        try (var following = Following.of(pair)) {
            for (var change : changes) {
                pair.source(change);
                following.catchUp();
                pair.assertSame();
            }
            following.stop();
            for (var change : changes) {
                pair.source(change);
            }
            following.open().catchUp();
            pair.assertSame();
        }
    }

    private static String big(String seed) {
        return BIG.formatted(seed);
    }

    private static final String TOASTED = "CREATE TABLE t (id int PRIMARY KEY, v int, big text);"
            + " ALTER TABLE t ALTER big SET STORAGE EXTERNAL; INSERT INTO t SELECT k, k, " + big("k")
            + " FROM generate_series(1, 20) k";

    @Test
    void threeWaySwapsOfKeysKeepEachRowsToastedValue() {
        follows(TOASTED, """
                BEGIN; UPDATE t SET id = -1 WHERE id = 1; UPDATE t SET id = 1 WHERE id = 2;
                UPDATE t SET id = 2 WHERE id = 3; UPDATE t SET id = 3 WHERE id = -1; COMMIT""", """
                BEGIN; UPDATE t SET id = -1 WHERE id = 3; UPDATE t SET id = 3 WHERE id = 2;
                UPDATE t SET id = 2 WHERE id = -1; UPDATE t SET v = 7 WHERE id = 3; COMMIT""");
    }

    @Test
    void aDeletedKeyTakenOverByAnotherRowBringsItsToastedValue() {
        follows(TOASTED, """
                DELETE FROM t WHERE id = 5; UPDATE t SET id = 5, v = v + 1 WHERE id = (SELECT min(id) FROM t)""", """
                BEGIN; DELETE FROM t WHERE id = 6; UPDATE t SET id = 6 WHERE id = 7; UPDATE t SET id = 7 WHERE id = 8;
                COMMIT""");
    }

    @Test
    void aKeyThatIsDeletedAndInsertedAgainHasTheNewRow() {
        follows(TOASTED, """
                DELETE FROM t WHERE id = 9; INSERT INTO t VALUES (9, 1, 'new')""", """
                BEGIN; DELETE FROM t WHERE id = 9; INSERT INTO t VALUES (9, 2, 'newer'); UPDATE t SET v = 3 WHERE id = 9;
                DELETE FROM t WHERE id = 9; INSERT INTO t VALUES (9, 4, 'newest'); COMMIT""");
    }

    @Test
    void aRowThatCameAndWentWithinOneBatchLeavesNothing() {
        follows(TOASTED, """
                INSERT INTO t VALUES (500, 1, 'a'); UPDATE t SET id = 501 WHERE id = 500;
                DELETE FROM t WHERE id = 501""");
    }

    @Test
    void aRowInsertedInTheBatchKeepsItsToastedValueThroughUpdates() {
        follows(TOASTED, """
                DELETE FROM t WHERE id = 100""", "INSERT INTO t SELECT 100, 1, " + big("'n'"), """
                UPDATE t SET v = 2 WHERE id = 100; UPDATE t SET id = 200 WHERE id = 100; UPDATE t SET v = 3 WHERE id = 200;
                DELETE FROM t WHERE id = 100; UPDATE t SET id = 100 WHERE id = 200""");
    }

    @Test
    void uniqueNumbersWanderBetweenRows() {
        follows("""
                CREATE TABLE t (id int PRIMARY KEY, badge int UNIQUE, v int DEFAULT 0);
                INSERT INTO t SELECT i, i FROM generate_series(1, 50) i""", """
                UPDATE t SET badge = NULL WHERE id = 1; UPDATE t SET badge = 1 WHERE id = 2;
                UPDATE t SET badge = 2 WHERE id = 3; UPDATE t SET badge = 3 WHERE id = 1""", """
                UPDATE t SET badge = NULL WHERE badge IN (1, 2, 3); UPDATE t SET badge = id WHERE id < 4""");
    }

    @Test
    void deferredUniqueNumbersAreSwappedInOneStatement() {
        follows("""
                CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE DEFERRABLE INITIALLY DEFERRED);
                INSERT INTO t SELECT i, i FROM generate_series(1, 10) i""", "UPDATE t SET n = 11 - n");
    }

    @Test
    void keysOfCitextAreThoseOfTheirOwnEquality() {
        follows("""
                CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE t (k citext PRIMARY KEY, v int);
                INSERT INTO t VALUES ('North', 1), ('south', 2)""", """
                UPDATE t SET k = 'NORTH' WHERE k = 'north'; UPDATE t SET v = v + 1 WHERE k = 'SOUTH'""", """
                DELETE FROM t WHERE k = 'north'; INSERT INTO t VALUES ('north', 5)""");
    }

    @Test
    void keysOfNumericKeepTheirScale() {
        follows("""
                CREATE TABLE t (k numeric PRIMARY KEY, v int); INSERT INTO t VALUES (1.0, 1), (2.50, 2), ('NaN', 3)""", """
                UPDATE t SET k = 1.00 WHERE k = 1; UPDATE t SET v = v + 1; UPDATE t SET k = 2.5 WHERE k = 2.5""", """
                DELETE FROM t WHERE k = 1; INSERT INTO t VALUES (1, 9); UPDATE t SET k = 1.000 WHERE k = 1""");
    }

    @Test
    void keysOfManyTypesAreFound() {
        follows("""
                CREATE TYPE mood AS ENUM ('low', 'high'); CREATE DOMAIN code AS text CHECK (VALUE <> '');
                CREATE TYPE pair AS (a int, b text);
                CREATE TABLE u (k uuid PRIMARY KEY DEFAULT gen_random_uuid(), v int);
                CREATE TABLE many (a mood, b code, c date, d int[], e int4range, f bytea, g inet, h varchar(9), i char(4),
                  v int, PRIMARY KEY (a, b, c, d, e, f, g, h, i));
                CREATE TABLE whole (k pair PRIMARY KEY, v int)""", """
                INSERT INTO u (k, v) SELECT md5(i::text)::uuid, i FROM generate_series(1, 9) i ON CONFLICT DO NOTHING;
                INSERT INTO many VALUES ('low', 'x', '2026-01-01', '{1,2}', '[1,5)', '\\x00', '::1', 'h', 'i', 1)
                  ON CONFLICT DO NOTHING; INSERT INTO whole VALUES ((1, 'a'), 1) ON CONFLICT DO NOTHING""", """
                UPDATE u SET v = v + 1; DELETE FROM u WHERE v % 3 = 0; UPDATE many SET v = v + 1; UPDATE many SET a = 'high';
                UPDATE whole SET v = v + 1; UPDATE whole SET k = (2, 'b'); DELETE FROM whole; DELETE FROM many""");
    }

    @Test
    void namesThatNeedQuotesAreQuoted() {
        follows("""
                CREATE SCHEMA IF NOT EXISTS "Case ""Files"; CREATE TABLE "Case ""Files"."Se lect" (
                  "Or der" int, "ü$1?" text, "c0" int, PRIMARY KEY ("ü$1?", "Or der"))""", """
                INSERT INTO "Case ""Files"."Se lect" VALUES (1, 'a', 1), (2, 'b', 2);
                UPDATE "Case ""Files"."Se lect" SET "Or der" = 3 WHERE c0 = 1""", """
                UPDATE "Case ""Files"."Se lect" SET c0 = 5; DELETE FROM "Case ""Files"."Se lect\"""");
    }

    @Test
    void identityByIndexFollowsThatIndex() {
        follows("""
                CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE, v int);
                ALTER TABLE t REPLICA IDENTITY USING INDEX t_code_key""", """
                INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)""", """
                UPDATE t SET id = id + 10; UPDATE t SET code = 'c' WHERE code = 'a'; DELETE FROM t WHERE code = 'b'""", """
                DELETE FROM t""");
    }

    @Test
    void identityFullOnAKeyedTableFollowsTheKey() {
        follows(TOASTED + "; ALTER TABLE t REPLICA IDENTITY FULL", """
                UPDATE t SET v = v + 1; UPDATE t SET id = id + 1000 WHERE id < 5; DELETE FROM t WHERE id = 1001""");
    }

    @Test
    void toastedKeysAreFollowed() {
        follows("""
                CREATE TABLE t (k text PRIMARY KEY, v int, big text); ALTER TABLE t ALTER k SET STORAGE EXTERNAL;
                ALTER TABLE t ALTER big SET STORAGE EXTERNAL; INSERT INTO t SELECT repeat('k', 2400) || i, i, repeat('b', 9000)
                FROM generate_series(1, 3) i""", """
                UPDATE t SET v = v + 1""", "UPDATE t SET k = k || 'x' WHERE v % 2 = 0", "DELETE FROM t WHERE v % 5 = 0");
    }

    @Test
    void aTruncateInTheMiddleOfABatchRemovesOnlyWhatWasBefore() {
        follows(TOASTED, """
                INSERT INTO t VALUES (300, 1, 'a')""", """
                BEGIN; INSERT INTO t VALUES (301, 1, 'a'); UPDATE t SET v = 9; TRUNCATE t; INSERT INTO t VALUES (301, 2, 'b');
                UPDATE t SET id = 1; COMMIT""", "TRUNCATE t");
    }

    @Test
    void changesOfSeveralTablesInOneTransactionArriveTogether() {
        pair.both("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
        try (var following = Following.of(pair)) {
            for (var i = 0; i < 200; i++) {
                pair.source("BEGIN; INSERT INTO a VALUES (%1$d); INSERT INTO b VALUES (%1$d); COMMIT".formatted(i));
                assertThat(pair.atTarget().is("SELECT (SELECT count(*) FROM a) = (SELECT count(*) FROM b)"))
                        .isTrue();
            }
            following.catchUp();
            pair.assertSame();
        }
    }

    @Test
    void rowsThatAreMissingWhereTheyAreChangedAreCounted() {
        pair.both(
                "CREATE TABLE m (id int PRIMARY KEY, v int); INSERT INTO m SELECT i, i FROM generate_series(1, 10) i");
        try (var following = Following.of(pair)) {
            pair.target("DELETE FROM m WHERE id <= 3");
            pair.source(
                    "UPDATE m SET v = 0 WHERE id = 1; DELETE FROM m WHERE id IN (2, 5); DELETE FROM m WHERE id = 6");
            following.catchUp();

            assertThat(following.missingRows()).isEqualTo(2);
            assertThat(following.applier().state().missingRows()).isEqualTo(2);
            following.reopen();
            assertThat(following.applier().state().missingRows()).isEqualTo(2);
        }
    }

    @Test
    void aTableWhoseKeyHasNoIndexWhereItIsAppliedIsNamed() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)").target("CREATE TABLE t (id int)");
        try (var following = Following.of(pair)) {
            pair.source("INSERT INTO t VALUES (1)");

            endsWith(following, "key-without-index");
        }
    }

    private static void endsWith(Following following, String code) {
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(following::catchUp)
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo(code);
                    assertThat(e.problem().objects()).containsExactly("public.t");
                });
    }

    /** The log leaves out its large value, so it cannot be made anew. */
    @Test
    void aRowThatIsMissingAndDoesNotComeWholeEndsTheStream() {
        pair.both(TOASTED);
        try (var following = Following.of(pair)) {
            pair.target("DELETE FROM t WHERE id = 5");
            pair.source("UPDATE t SET v = 0 WHERE id IN (5, 6)");

            endsWith(following, "row-missing");
            assertThat(pair.targetRows("SELECT v FROM t WHERE id = 6")).containsExactly("6");
        }
    }
}
