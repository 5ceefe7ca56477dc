package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever waits for a table's lock because its rows are compared gets it soon; they are read again. */
@ExtendWith(Servers.class)
class YieldingVerificationTest {
    /** Whether a row is selected is known only while nobody holds the lock 44. */
    private static final String SCHEMA = """
            CREATE FUNCTION slow(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(44); RETURN true; END';
            CREATE TABLE m (id int PRIMARY KEY, v int); ALTER TABLE m REPLICA IDENTITY FULL;
            INSERT INTO m SELECT i, i FROM generate_series(1, 100) i""";

    private static final String READING = """
            SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted
              AND l.locktype = 'advisory' AND a.datname = current_database() AND a.application_name = 'godwit verify'""";

    private final Pair pair;

    YieldingVerificationTest(Pair pair) {
        this.pair = pair.source(SCHEMA);
    }

    private void awaitReading() {
        await().atMost(Duration.ofSeconds(20)).until(() -> pair.atSource().is(READING));
    }

    @Test
    void aStatementThatWaitsForAVerificationGetsItsLock() {
        var spec =
                LiveMove.selecting(Specs.yielding(pair.name(), 200), TableSelection.ALL, Map.of("m", "public.slow(v)"));
        try (var move = LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY);
                var holder = Pair.application(pair.source());
                var waiting = Pair.application(pair.source())) {
            holder.text("SELECT pg_advisory_lock(44)::text");
            var verified = Beside.supply(() -> move.ask(Verb.VERIFY));
            awaitReading();

            Beside.run(() -> waiting.execute("BEGIN; LOCK TABLE m; COMMIT"))
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();

            assertThat(verified).isNotDone();
            holder.text("SELECT pg_advisory_unlock(44)::text");
            assertThat(verified.join()).isInstanceOf(Outcome.Done.class);
        }
    }
}
