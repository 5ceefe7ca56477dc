package godwit.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.postgres.YieldingReads;
import godwit.schema.RowSelection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever waits for a table's lock because its rows are copied gets it soon; the copy reads those rows again. */
@ExtendWith(Servers.class)
class YieldingCopyTest {
    /** Reads on only when nobody holds the lock 43. */
    private static final String SLOW = "pg_catalog.pg_advisory_xact_lock_shared(43)::text IS NOT NULL";

    private static final String READING = """
            SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'godwit copy'
              AND l.locktype = 'advisory' AND l.objid = 43 AND NOT l.granted AND a.datname = current_database()""";

    private static final String WRITING = """
            SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted""";

    private final Pair pair;
    private final Session holder;

    YieldingCopyTest(Pair pair) {
        this.pair = pair;
        pair.both("CREATE TABLE t (id int PRIMARY KEY, v text)")
                .source("INSERT INTO t SELECT i, repeat('v', 100) FROM generate_series(1, 1000) i");
        this.holder = Pair.application(pair.source());
    }

    private void hold() {
        holder.text("SELECT pg_advisory_lock(43)::text");
    }

    private void letGo() {
        holder.text("SELECT pg_advisory_unlock(43)::text");
    }

    private CompletableFuture<Void> begunSlowly(PausedCopy copy) {
        hold();
        var copying = copy.selecting(t -> t.selecting(new RowSelection(SLOW))).copy(Specs.yielding(pair.name(), 200));
        await().atMost(Duration.ofSeconds(20)).until(() -> pair.atSource().is(READING));
        return copying;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ALTER v SET STORAGE EXTERNAL",
                "TRUNCATE t",
                "ALTER TABLE t ALTER v TYPE varchar(200)",
                "BEGIN; LOCK TABLE t; INSERT INTO t VALUES (0, 'x'); COMMIT"
            })
    void aStatementThatWaitsForALongReadingGetsItsLock(String sql) {
        var copy = PausedCopy.of(pair);
        var copying = begunSlowly(copy);

        copy.queue(sql).orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(copying).isNotDone();
        letGo();
        copying.join();
        if (!sql.startsWith("BEGIN")) {
            // What came after the table's snapshot is the stream's to bring.
            pair.assertSame();
        }
        assertThat(pair.atTarget().number("SELECT count(*) FROM t")).isEqualTo(sql.startsWith("TRUNCATE") ? 0 : 1000);
    }

    @Test
    void aReadingThatIsAlwaysInTheWayIsPutOff() {
        var copy = PausedCopy.of(pair);
        var copying = begunSlowly(copy);

        while (!copying.isDone()) {
            copy.queue("ALTER TABLE t ALTER v SET STORAGE EXTERNAL")
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            await().until(() -> copying.isDone() || pair.atSource().is(READING));
        }

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(copying::join)
                .havingCause()
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo("copy-in-the-way");
                    assertThat(e.retry()).isEqualTo(Retry.LATER);
                });
        letGo();
    }

    @Test
    void aProcessThatGotTheNumberOfASessionThatIsGoneIsLeftAlone() {
        try (var reads = new YieldingReads(pair.source(), Duration.ofMillis(50));
                var application = Pair.application(pair.source());
                var waiting = pair.source().open("test")) {
            reads.add(application);
            waiting.execute("SET application_name = 'another'");
            application.begin();
            application.execute("LOCK TABLE t IN ACCESS SHARE MODE");
            waiting.execute("SET lock_timeout = '500ms'");

            assertThatThrownBy(() -> waiting.execute("ALTER TABLE public.t ALTER v SET STORAGE EXTERNAL"))
                    .isInstanceOf(GodwitException.class);

            assertThat(application.number("SELECT count(*) FROM public.t")).isEqualTo(1000);
            application.rollback();
        }
    }

    /** The chunk is read, and waits with the table's lock until it is written. */
    @Test
    void aStatementThatWaitsForWhatIsNotReadingGetsItsLockToo() {
        var copy = PausedCopy.of(pair);
        try (var writing = pair.target().open("test")) {
            writing.number("SELECT 1 FROM pg_advisory_lock(42)");
            var copying = copy.copy(Specs.yielding(pair.name(), 200));
            await().atMost(Duration.ofSeconds(20)).until(() -> writing.is(WRITING));

            copy.queue("ALTER TABLE t ALTER v SET STORAGE EXTERNAL")
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();

            writing.number("SELECT 1 FROM pg_advisory_unlock(42)");
            copying.join();
        }
        pair.assertSame();
        assertThat(copy.chunks()).isEqualTo(1);
    }
}
