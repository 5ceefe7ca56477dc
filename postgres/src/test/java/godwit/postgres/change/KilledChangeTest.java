package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.GodwitException;
import godwit.Retry;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** All of a change's sessions are ended again and again, wherever they are; whoever goes on comes to the same end. */
@ExtendWith(Servers.class)
class KilledChangeTest {
    private static final String ALL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND application_name LIKE 'godwit %' AND pid <> pg_backend_pid()";

    private final Pair pair;
    private final SchemaChange change;
    private final AtomicInteger lost = new AtomicInteger();

    KilledChangeTest(Pair pair) {
        this.pair = pair.source(Reach.TABLES);
        this.change = Reach.change(pair.source(), "02_reach", Reach.MIGRATION);
    }

    /** Does it until it is done, while somebody ends its sessions some milliseconds apart. */
    private Map<String, Object> done(Supplier<Map<String, Object>> verb, int seed) {
        var stop = new AtomicBoolean();
        var random = new Random(seed);
        try (var killer = Pair.application(pair.source())) {
            var killing = Beside.run(() -> {
                while (!stop.get()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10 + random.nextInt(250)));
                    killer.number(ALL);
                }
            });
            while (true) {
                try {
                    var result = verb.get();
                    stop.set(true);
                    killing.join();
                    return result;
                } catch (GodwitException e) {
                    lost.incrementAndGet();
                    assertThat(e.retry()).as(e.problem().toString()).isEqualTo(Retry.LATER);
                }
            }
        }
    }

    @Test
    void aStartAndACompleteComeToTheBluntEnd() {
        assertThat(done(() -> change.start(Stopping.never()), 1)).containsEntry("state", "ready");
        Reach.assertInStep(pair);
        pair.source(
                "UPDATE public.persons SET phone = NULL WHERE id = 1; UPDATE public_02_reach.persons SET phone = '7' WHERE id = 2");
        Reach.assertInStep(pair);

        assertThat(done(this::completed, 2)).containsEntry("state", "completed");

        assertThat(lost).hasPositiveValue();
        Reach.assertSame(
                pair,
                blunt -> {
                    blunt.execute(Reach.TABLES);
                    blunt.execute(Reach.BLUNT);
                },
                any -> List.of());
    }

    @Test
    void aRollbackLeavesNothing() {
        var shape = Reach.shape(pair.atSource());
        done(() -> change.start(Stopping.never()), 3);

        assertThat(done(this::rolledBack, 4)).containsEntry("state", "rolled back");

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        assertThat(change.status()).containsEntry("state", "none");
    }

    private Map<String, Object> completed() {
        return "completed".equals(change.status().get("state"))
                ? Map.of("state", "completed")
                : change.complete(Duration.ofMillis(100));
    }

    /** The answer may be lost when all is done. */
    private Map<String, Object> rolledBack() {
        return "none".equals(change.status().get("state")) ? Map.of("state", "rolled back") : change.rollback();
    }
}
