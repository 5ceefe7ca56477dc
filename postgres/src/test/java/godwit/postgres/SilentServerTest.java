package godwit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers that were asked for something and say nothing, on a connection that neither end knows to be dead. */
@ExtendWith(Servers.class)
class SilentServerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Pair pair;

    SilentServerTest(Pair pair) {
        this.pair = pair;
    }

    private Database through(FaultProxy proxy) {
        return new Database(() -> new Endpoint("127.0.0.1", proxy.port(), pair.name(), "postgres", "", Map.of()));
    }

    @Test
    void whatIsBriefFailsWithinItsTimeAndMayBeTriedAgain() {
        try (var proxy = new FaultProxy(pair.sourceServer().port());
                var session = through(proxy).openBriefly("test", SECOND)) {
            proxy.stallOpen();

            assertThatThrownBy(() -> session.number("SELECT 1"))
                    .isInstanceOfSatisfying(
                            GodwitException.class, e -> assertThat(e.retry()).isEqualTo(Retry.LATER));
        }
    }

    @Test
    void whatMayTakeLongIsEndedByWhoeverNoLongerWants() {
        try (var proxy = new FaultProxy(pair.sourceServer().port())) {
            var database = through(proxy);
            var session = database.open("test");
            proxy.stallOpen();
            var asked = Beside.run(() -> session.number("SELECT 1"));

            database.abortAll();

            await().atMost(Duration.ofSeconds(5)).until(asked::isCompletedExceptionally);
            assertThatThrownBy(asked::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(GodwitException.class);
        }
    }

    @Test
    void whatMayTakeLongMayTakeLong() {
        try (var session = pair.source().openBriefly("test", SECOND)) {
            assertThatThrownBy(() -> session.execute("SELECT pg_sleep(3)")).isInstanceOf(GodwitException.class);
        }
        try (var session = pair.source().openBriefly("test", SECOND)) {
            session.waitAtMost(Duration.ZERO);
            session.execute("SELECT pg_sleep(3)");
            assertThat(session.isClean()).isTrue();
        }
    }
}
