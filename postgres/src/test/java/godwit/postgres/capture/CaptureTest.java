package godwit.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class CaptureTest {
    private static final String BIG = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) i)";

    private final Pair pair;

    CaptureTest(Pair pair) {
        this.pair = pair;
    }

    private List<String> changes(String tables, String changes) {
        pair.source(tables);
        try (var slot = Slot.create(pair)) {
            pair.source(changes);
            return slot.read();
        }
    }

    @Test
    void insertUpdateAndDeleteArriveInTheirOrder() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY, v text)", """
                INSERT INTO t VALUES (1, 'one'), (2, 'two'); UPDATE t SET v = 'uno' WHERE id = 1;
                DELETE FROM t WHERE id = 2""");

        assertThat(lines)
                .containsExactly(
                        "begin",
                        "table public.t d(id*,v)",
                        "insert t(1,one)",
                        "insert t(2,two)",
                        "update t(1,uno)",
                        "delete t key(2,null)",
                        "commit");
    }

    @Test
    void aChangedKeyComesWithTheOldOne() {
        var lines = changes(
                "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'one')",
                "UPDATE t SET id = 5 WHERE id = 1");

        assertThat(lines).contains("update t key(1,null) to(5,one)");
    }

    @Test
    void aSwapOfTwoKeysArrivesAsItsThreeSteps() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')", """
                BEGIN; UPDATE t SET id = 0 WHERE id = 1; UPDATE t SET id = 1 WHERE id = 2;
                UPDATE t SET id = 2 WHERE id = 0; COMMIT""");

        assertThat(lines)
                .containsSubsequence(
                        "update t key(1,null) to(0,a)", "update t key(2,null) to(1,b)", "update t key(0,null) to(2,a)");
    }

    @Test
    void aToastedValueThatDidNotChangeIsLeftOut() {
        var lines = changes("""
                CREATE TABLE t (id int PRIMARY KEY, v int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
                INSERT INTO t SELECT 1, 1,\s""" + BIG, "UPDATE t SET v = 2; UPDATE t SET id = 7");

        assertThat(lines).contains("update t(1,2,unchanged)", "update t key(1,null,null) to(7,2,unchanged)");
    }

    @Test
    void aToastedKeyIsSentAsTheOldKeyEvenUnchanged() {
        var lines = changes("""
                CREATE TABLE t (id text PRIMARY KEY, v int); ALTER TABLE t ALTER id SET STORAGE EXTERNAL;
                INSERT INTO t VALUES (repeat('k', 2500), 1)""", "UPDATE t SET v = 2");

        assertThat(lines).contains("update t key(2500 characters,null) to(unchanged,2)");
    }

    @Test
    void identityFullSendsTheWholeOldRowWithItsToastedValues() {
        var lines = changes("""
                CREATE TABLE t (a int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
                ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t SELECT 1,\s""" + BIG, "UPDATE t SET a = 2; DELETE FROM t");

        assertThat(lines)
                .contains(
                        "table public.t f(a*,big*)",
                        "update t whole(1,12800 characters) to(2,unchanged)",
                        "delete t whole(2,12800 characters)");
    }

    @Test
    void identityByIndexSendsTheKeyOfThatIndex() {
        var lines = changes("""
                CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE); INSERT INTO t VALUES (1, 'x');
                ALTER TABLE t REPLICA IDENTITY USING INDEX t_code_key""", """
                UPDATE t SET id = 2; UPDATE t SET code = 'y'; DELETE FROM t""");

        assertThat(lines)
                .contains(
                        "table public.t i(id,code*)",
                        "update t(2,x)",
                        "update t key(null,x) to(2,y)",
                        "delete t key(null,y)");
    }

    @Test
    void aTruncateNamesAllItsTablesAndOptions() {
        var lines = changes("""
                CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
                CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES a)""", """
                TRUNCATE b; TRUNCATE a, c; TRUNCATE a CASCADE; TRUNCATE b RESTART IDENTITY""");

        assertThat(lines).contains("truncate b", "truncate a c", "truncate a c cascade", "truncate b restart");
    }

    @Test
    void logicalMessagesArriveInsideAndOutsideOfTransactions() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY)", """
                BEGIN; SELECT pg_logical_emit_message(true, 'inside', 'x'); INSERT INTO t VALUES (1);
                COMMIT; SELECT pg_logical_emit_message(false, 'outside', 'x'); INSERT INTO t VALUES (2)""");

        assertThat(lines).containsSubsequence("begin", "message inside", "insert t(1)", "commit");
        assertThat(lines).contains("message outside");
    }

    @Test
    void whatWasRolledBackDoesNotArrive() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY)", """
                BEGIN; INSERT INTO t VALUES (1); ROLLBACK; BEGIN; INSERT INTO t VALUES (2); SAVEPOINT s;
                INSERT INTO t VALUES (3); ROLLBACK TO s; INSERT INTO t VALUES (4); COMMIT""");

        assertThat(lines).containsSubsequence("insert t(2)", "insert t(4)").doesNotContain("insert t(1)", "insert t(3)");
    }

    @Test
    void aPreparedTransactionArrivesWhenItIsCommitted() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair)) {
            pair.source("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'p'");
            pair.source("INSERT INTO t VALUES (2)");
            pair.source("COMMIT PREPARED 'p'");

            assertThat(slot.read()).containsSubsequence("insert t(2)", "insert t(1)");
        }
    }

    @Test
    void aColumnAddedMidStreamIsDescribedBeforeItsFirstRow() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY)", """
                INSERT INTO t VALUES (1); ALTER TABLE t ADD v text DEFAULT 'd'; INSERT INTO t VALUES (2)""");

        assertThat(lines)
                .containsSubsequence(
                        "table public.t d(id*)", "insert t(1)", "table public.t d(id*,v)", "insert t(2,d)");
    }

    @Test
    void partitionsArriveLeafByLeaf() {
        var lines = changes("""
                CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
                CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)""", """
                INSERT INTO p VALUES (1), (11); UPDATE p SET id = 12 WHERE id = 1; TRUNCATE p1; TRUNCATE p""");

        assertThat(lines)
                .containsSubsequence(
                        "insert p1(1)", "insert p2(11)", "delete p1 key(1)", "insert p2(12)", "truncate p1",
                        "truncate p1 p2");
    }

    @Test
    void nullAndEmptyValuesAreNotTheSame() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY, v text, b bytea)", """
                INSERT INTO t VALUES (1, '', ''), (2, NULL, NULL)""");

        assertThat(lines).contains("insert t(1,,\\x)", "insert t(2,null,null)");
    }

    @Test
    void rowsOfOneCopyThatShareAPositionAllArrive() {
        var lines = changes("CREATE TABLE t (id int PRIMARY KEY, v text)", """
                BEGIN; INSERT INTO t SELECT i, 'v' FROM generate_series(1, 5000) i; COMMIT""");

        assertThat(lines.stream().filter(line -> line.startsWith("insert"))).hasSize(5000).doesNotHaveDuplicates();
    }
}
