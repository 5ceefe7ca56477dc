package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.run.Verb;
import godwit.testkit.fake.Mistake;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Clients that still come to the target while a rollback takes it away. */
class RollbackTest {
    private static final int CLIENTS = 8;

    @Test
    void noClientWritesIntoTablesThatAreAboutToGo() {
        assertThatCode(() -> rolledBackSlowly(Set.of())).doesNotThrowAnyException();
    }

    @Test
    void aTargetThatIsUnguardedBeforeItsTablesGoIsNoticed() {
        assertThatThrownBy(() -> rolledBackSlowly(Set.of(Mistake.UNGUARD_BEFORE_DROP)))
                .isInstanceOf(AssertionError.class);
    }

    /** Kills the worker each time that it has dropped a gate, so that much time passes until the next step. */
    private static void rolledBackSlowly(Set<Mistake> mistakes) {
        for (var seed = 1; seed <= 10; seed++) {
            for (var kill = 1; kill <= 8; kill++) {
                var world = new World(seed, new KillOnce(kill, "drop gate", "forget"), mistakes).withClients(CLIENTS);
                var asker = new Asker(world, List.of(Verb.SWITCH, Verb.ROLLBACK));
                world.work(60_000, asker::isDone);
                world.promises().requireNoTraces();
            }
        }
    }
}
