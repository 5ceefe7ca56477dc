package godwit.postgres.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Steering;
import godwit.run.Verb;
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
        ledger.enter(RUN, Phase.FOLLOWING, "ann as bob");
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
        pair.target("DROP TABLE godwit.setting, godwit.worker, godwit.move_file, godwit.verification;"
                + "ALTER TABLE godwit.event DROP id; ALTER TABLE godwit.request DROP role;"
                + "ALTER TABLE godwit.table_copy DROP id; ALTER TABLE godwit.made DROP id;"
                + "DELETE FROM godwit.ledger; INSERT INTO godwit.ledger (version) VALUES (1)");

        assertThat(ledger.find("people").map(run -> run.phase())).contains(Phase.FOLLOWING);

        ledger.steer(RUN, Map.of(Steering.PAUSED, "true"), "ann");
        assertThat(ledger.steering(RUN).isPaused()).isTrue();
        pair.target("INSERT INTO godwit.made (run, kind, identity, undo) VALUES ('" + RUN + "', 'table', 't', '')");
        assertThat(pair.atTarget().number("SELECT count(id) FROM godwit.made")).isEqualTo(1);
        assertThat(pair.atTarget().number("SELECT max(version) FROM godwit.ledger"))
                .isEqualTo(LedgerSchema.VERSION);
    }

    @Test
    void eachEntryOfTheHistoryTellsWhoAndWhen() {
        pair.target("DROP ROLE IF EXISTS asker; CREATE ROLE asker LOGIN; GRANT USAGE ON SCHEMA godwit TO asker;"
                + " GRANT INSERT ON godwit.request TO asker");
        var request = new Request(UUID.randomUUID(), RUN, Verb.SWITCH, Map.of(), "eve as carol");
        pair.target("SET SESSION AUTHORIZATION asker; INSERT INTO godwit.request (id, run, verb, options, operator)"
                + " VALUES ('" + request.id() + "', '" + RUN + "', 'switch', '{}', 'eve as carol');"
                + " RESET SESSION AUTHORIZATION");
        ledger.record(request, "refused", "does-not-fit");
        ledger.hold(RUN, Problem.of("slot-lost", "gone", ""), "ann as bob");

        var history = ledger.history(RUN, 10);

        assertThat(history)
                .extracting(Entry::operator, Entry::role, Entry::verb, Entry::result, Entry::code)
                .containsExactly(
                        tuple("ann as bob", "postgres", "hold", "failed", "slot-lost"),
                        tuple("eve as carol", "asker", "switch", "refused", "does-not-fit"),
                        tuple("ann as bob", "postgres", "following", "done", ""));
        assertThat(history).allSatisfy(entry -> {
            assertThat(entry.at()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");
            assertThat(UUID.fromString(entry.id()).version()).isEqualTo(4);
        });
        pair.target("DROP OWNED BY asker; DROP ROLE asker");
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
            Lease.sign(session, RUN, Holder.signing("a-host", 42, "verify"));

            assertThat(Lease.holder(pair.atTarget(), RUN)).hasValueSatisfying(holder -> {
                assertThat(holder.host()).isEqualTo("a-host");
                assertThat(holder.process()).isEqualTo(42);
                assertThat(holder.doing()).isEqualTo("verify");
                assertThat(holder.session()).isEqualTo(session.pid());
            });
        }
        org.awaitility.Awaitility.await()
                .until(() -> Lease.holder(pair.atTarget(), RUN).isEmpty());
    }
}
