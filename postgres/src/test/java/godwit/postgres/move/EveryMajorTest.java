package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Pair;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database in use moves between servers of every major version: there, back, there again, and for good. */
@Tag("full")
class EveryMajorTest {
    @ParameterizedTest
    @CsvSource({"14, 18", "14, 14", "16, 17", "18, 18"})
    void aDatabaseInUseMoves(int from, int to) {
        try (var source = server(from);
                var target = server(to);
                var pair = new Pair(source, target)) {
            CaseDatabase.create(pair, "postgres");
            try (var clients = CaseClients.begin(pair);
                    var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
                clients.awaitMore(50);
                IntStream.range(0, 3).forEach(turn -> {
                    assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Done.class);
                    assertThat(move.ask(turn % 2 == 0 ? Verb.SWITCH : Verb.SWITCH_BACK))
                            .isInstanceOf(Outcome.Done.class);
                    clients.awaitMore(100);
                    clients.assertInStep(turn % 2 == 0 ? pair.atTarget() : pair.atSource());
                });
                assertThat(move.ask(Verb.COMPLETE)).isInstanceOf(Outcome.Done.class);
            }
            assertThat(CaseDatabase.traces(pair.source())).isEmpty();
        }
    }

    private static EmbeddedPostgres server(int major) {
        return EmbeddedPostgres.start(EmbeddedSettings.of(major).withoutFsync());
    }
}
