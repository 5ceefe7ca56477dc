package godwit.postgres.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Phase;
import godwit.run.Steering;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A ledger that another version of Godwit made. */
@ExtendWith(Servers.class)
class LedgerVersionTest {
    private static final UUID RUN = UUID.fromString("0b5c2a52-6d0b-4b4c-9d3e-2f6f3b0c1a11");

    private final Pair pair;
    private final PostgresLedger ledger;

    LedgerVersionTest(Pair pair) {
        this.pair = pair;
        this.ledger = new PostgresLedger(pair.atTarget());
        ledger.create();
        ledger.begin(RUN, "people", "");
        ledger.enter(RUN, Phase.FOLLOWING);
    }

    @Test
    void aNewerLedgerIsRefused() {
        pair.target("INSERT INTO godwit.ledger (version) VALUES (" + (LedgerSchema.VERSION + 1) + ")");

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> ledger.find("people"))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo("ledger-newer"));
        assertThatExceptionOfType(GodwitException.class).isThrownBy(() -> ledger.find(RUN));
    }

    @Test
    void anOlderLedgerIsTakenOverWithItsRunsInFlight() {
        pair.target("DROP TABLE godwit.setting, godwit.worker, godwit.move_file;"
                + "DELETE FROM godwit.ledger; INSERT INTO godwit.ledger (version) VALUES (1)");

        assertThat(ledger.find("people").map(run -> run.phase())).contains(Phase.FOLLOWING);

        ledger.steer(RUN, Map.of(Steering.PAUSED, "true"), "ann");
        assertThat(ledger.steering(RUN).isPaused()).isTrue();
        assertThat(pair.atTarget().number("SELECT max(version) FROM godwit.ledger"))
                .isEqualTo(LedgerSchema.VERSION);
    }

    @Test
    void aRunIsFoundByItsIdAndKeepsItsFile() {
        ledger.keep(RUN, new RunFile("/somewhere", "kind: move"));

        assertThat(ledger.find(RUN).map(run -> run.name())).contains("people");
        assertThat(ledger.idsLike("0b5c2a52")).containsExactly(RUN);
        assertThat(ledger.idsLike("ffffffff")).isEmpty();
        assertThat(ledger.file(RUN)).contains(new RunFile("/somewhere", "kind: move"));
    }

    @Test
    void theHolderOfTheLeaseIsNamedUntilItsSessionEnds() {
        try (var session = pair.target().open("worker")) {
            assertThat(Lease.holder(pair.atTarget(), RUN)).isEmpty();

            assertThat(Lease.tryTake(session, RUN)).isTrue();
            Lease.sign(session, RUN, Holder.signing("a-host", 42));

            assertThat(Lease.holder(pair.atTarget(), RUN)).hasValueSatisfying(holder -> {
                assertThat(holder.host()).isEqualTo("a-host");
                assertThat(holder.process()).isEqualTo(42);
                assertThat(holder.session()).isEqualTo(session.pid());
            });
        }
        org.awaitility.Awaitility.await()
                .until(() -> Lease.holder(pair.atTarget(), RUN).isEmpty());
    }
}
