package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import godwit.postgres.Database;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which side takes the writes is not known while a server does not answer, or while somebody may still decide. */
@ExtendWith(Servers.class)
class GatesTest {
    private final Pair pair;

    GatesTest(Pair pair) {
        this.pair = pair;
    }

    private MoveContext context(Database source) {
        var usual = Specs.spec(pair.name(), 1);
        var spec = new MoveSpec(
                usual.name(),
                usual.source(),
                usual.target(),
                usual.tables(),
                usual.rows(),
                new SwitchSpec(List.of(), 0, 0, 10, 300),
                usual.limits());
        return new MoveContext(UUID.randomUUID(), spec, source, pair.target());
    }

    private static void assertPassing(Runnable work, String code) {
        assertThatExceptionOfType(GodwitException.class).isThrownBy(work::run).satisfies(e -> {
            assertThat(e.problem().code()).isEqualTo(code);
            assertThat(e.retry()).isEqualTo(Retry.LATER);
        });
    }

    @Test
    void aServerThatDoesNotAnswerLeavesOpenWhereTheWritesAre() {
        var silent = new Gates(context(Pair.at("postgresql://postgres@127.0.0.1:1/nowhere")));

        assertPassing(silent::leader, "writes-unknown");
    }

    @Test
    void aFenceOfAnotherWorkerIsWaitedForAsLongAsItMayStand() {
        var context = context(pair.source());
        var gates = new Gates(context);
        pair.source("CREATE SCHEMA godwit");
        pair.atSource()
                .number(
                        "SELECT 1 FROM pg_advisory_lock(?)",
                        context.gate(Side.SOURCE).lockKey());

        assertPassing(() -> gates.awaitNoFence(Side.SOURCE), "fence-stands");

        pair.source("SELECT pg_advisory_unlock_all()");
        gates.awaitNoFence(Side.SOURCE);
        assertThat(gates.leader()).isEqualTo(Side.SOURCE);
    }
}
