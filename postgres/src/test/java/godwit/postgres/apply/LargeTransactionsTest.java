package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transactions above the limits of a batch are written in parts, and are still one transaction. */
@ExtendWith(Servers.class)
class LargeTransactionsTest {
    private static final String TABLES = """
            CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE DEFERRABLE INITIALLY DEFERRED, big text);
            ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE k (v int); ALTER TABLE k REPLICA IDENTITY FULL;
            CREATE TABLE c (id int PRIMARY KEY, t int REFERENCES t DEFERRABLE INITIALLY DEFERRED)""";
    private static final String LARGE = """
            BEGIN; INSERT INTO t SELECT i, i, CASE WHEN i % 1000 = 0 THEN repeat('b', 5000) END
              FROM generate_series(1, 50000) i; INSERT INTO k SELECT i % 7 FROM generate_series(1, 1000) i;
            UPDATE t SET n = 50001 - n; UPDATE t SET id = id + 100000 WHERE id % 500 = 0; DELETE FROM k WHERE v = 3;
            INSERT INTO c SELECT id, id FROM t WHERE id % 100 = 0; COMMIT""";

    private final Pair pair;

    LargeTransactionsTest(Pair pair) {
        this.pair = pair;
    }

    @Test
    void aTransactionOfAHundredThousandChangesArrivesWhole() {
        pair.both(TABLES);
        try (var following = Following.of(pair)) {
            pair.source(LARGE);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                var rows = pair.atTarget().number("SELECT count(*) FROM t");
                assertThat(rows).isIn(0L, 50_000L);
                return rows == 50_000;
            });
            following.catchUp();
            pair.assertSame();

            pair.source("UPDATE t SET n = 50001 - n, big = NULL; DELETE FROM c");
            following.catchUp();
            pair.assertSame();
        }
    }

    @Test
    void aTransactionThatIsCutInTheMiddleArrivesOnce() {
        pair.both(TABLES);
        try (var following = Following.of(pair)) {
            pair.source(LARGE);
            await().atMost(Duration.ofSeconds(60)).until(() -> isWriting(following));
            pair.target("SELECT pg_terminate_backend(" + following.applyingPid() + ")");

            following.catchUpWhateverHappens();

            pair.assertSame();
        }
    }

    private boolean isWriting(Following following) {
        return pair.atTarget()
                .is("SELECT backend_xid IS NOT NULL FROM pg_stat_activity WHERE pid = ?", following.applyingPid());
    }
}
