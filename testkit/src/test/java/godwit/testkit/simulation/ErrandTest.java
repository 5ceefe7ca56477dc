package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.Problem;
import godwit.move.Conduct.Mode;
import godwit.move.HealthCheck;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import godwit.move.Watching;
import godwit.run.Ledger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Signals;
import godwit.run.Verb;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.FakeTransaction;
import godwit.testkit.fake.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a worker hears and does while a verification takes long, here because a transaction stays open. */
class ErrandTest {
    private static final long MILLIS_MAX = 25_000;

    private World world = new World(3, Killing.NEVER, Set.of());
    private long requests;

    @AfterEach
    void nothingIsLost() {
        world.promises().check();
    }

    private FakeTransaction readyWithOpenTransaction() {
        work(() -> world.phase() == Phase.READY);
        return openTransaction(Side.SOURCE);
    }

    private FakeTransaction openTransaction(Side side) {
        var open = world.on(side).gate().begin();
        world.on(side).gate().enter(open);
        world.on(side).write(open, new Write.Insert(FakeTable.NOTES, FakeTable.row(1, 1, 1), 0));
        return open;
    }

    private void work(BooleanSupplier enough) {
        world.work(MILLIS_MAX, enough);
        assertThat(enough.getAsBoolean()).as("it came about in time").isTrue();
    }

    private Request ask(Verb verb) {
        var request = new Request(new UUID(0x4002, ++requests), World.RUN, verb, Map.of(), "tester");
        world.ledger().ask(request);
        stayWaiting(request);
        return request;
    }

    private void stayWaiting(Request request) {
        world.ledger().stillWaiting(request.id());
        world.schedule().in(1000, () -> stayWaiting(request));
    }

    private boolean isAnswered(Request request) {
        return world.ledger().answerTo(request.id()).isPresent();
    }

    private static void requireAbandoned(Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("abandoned"));
    }

    @Test
    void aPauseAndItsEndAreHeardWhileAVerificationGoesOn() {
        var open = readyWithOpenTransaction();
        var verify = ask(Verb.VERIFY);
        world.schedule().in(1000, () -> ask(Verb.PAUSE));
        world.schedule().in(2000, () -> ask(Verb.RESUME));
        world.schedule().in(4000, () -> world.on(Side.SOURCE).end(open));

        work(() -> isAnswered(verify));

        assertThat(world.ledger().events())
                .filteredOn(event -> event.operator().equals("tester"))
                .extracting(event -> event.verb() + " " + event.result())
                .containsExactly(
                        "verify begun", "pause begun", "pause done", "resume begun", "resume done", "verify done");
    }

    @Test
    void aRollbackEndsAVerificationAndARepairAndASwitchThatGoOn() {
        for (var verb : List.of(Verb.VERIFY, Verb.REPAIR, Verb.SWITCH)) {
            world = new World(3, Killing.NEVER, Set.of());
            readyWithOpenTransaction();
            var asked = ask(verb);
            var answers = new ArrayList<Outcome>();
            look(asked, answers);
            world.schedule().in(1000, () -> ask(Verb.ROLLBACK));

            work(() -> world.phase().isOver());

            assertThat(world.phase()).isEqualTo(Phase.ROLLED_BACK);
            assertThat(answers).as("what was answered to %s", verb).isNotEmpty();
            requireAbandoned(answers.getFirst());
        }
    }

    /** Notes the answer before the rollback erases it. */
    private void look(Request request, List<Outcome> answers) {
        world.ledger().answerTo(request.id()).ifPresent(answers::add);
        if (answers.isEmpty()) {
            world.schedule().in(1, () -> look(request, answers));
        }
    }

    @Test
    void whatElseIsAskedForMeanwhileWaitsForItsTurn() {
        var open = readyWithOpenTransaction();
        var verify = ask(Verb.VERIFY);
        var change = ask(Verb.SWITCH);
        work(() -> world.ledger().published(World.RUN).containsValue("verify"));

        assertThat(isAnswered(change)).isFalse();
        world.on(Side.SOURCE).end(open);
        work(() -> isAnswered(change));

        assertThat(isAnswered(verify)).isTrue();
        assertThat(world.phase()).isEqualTo(Phase.SWITCHED);
        assertThat(world.ledger().events())
                .filteredOn(event -> event.verb().equals("switched"))
                .extracting(Ledger.Event::operator)
                .containsExactly("tester");
    }

    @Test
    void aFailingHealthCheckTakesTheWritesBackWhileAVerificationGoesOn() {
        work(() -> world.phase() == Phase.READY);
        var change = ask(Verb.SWITCH);
        work(() -> isAnswered(change));
        var open = openTransaction(Side.TARGET);
        var verify = ask(Verb.VERIFY);
        work(() -> world.ledger().published(World.RUN).containsValue("verify"));

        world.heeding(failing());
        work(() -> isAnswered(verify));

        requireAbandoned(world.ledger().answerTo(verify.id()).orElseThrow());
        world.on(Side.TARGET).end(open);
        work(() -> world.phase() == Phase.READY);
    }

    @Test
    void aStreamThatHasEndedForGoodTakesTheWritesBackWhereItCanBeOpenedAgain() {
        work(() -> world.phase() == Phase.READY);
        var change = ask(Verb.SWITCH);
        work(() -> isAnswered(change));
        var failure = Problem.of("stream-failed", "The stream has ended.", "").asException();
        world.schedule().in(500, () -> world.move().streams().breakOff(failure));

        work(() -> world.phase() == Phase.READY);

        assertThat(world.ledger().events())
                .filteredOn(event -> event.code().equals("way-back-broken"))
                .extracting(Ledger.Event::result)
                .containsExactly("begun", "done");
    }

    private static Signals failing() {
        return new Signals() {
            @Override
            public SwitchSpec limits() {
                var check = new HealthCheck(new HealthCheck.Sql("SELECT false"), 1, 1, 1);
                return SwitchSpec.DEFAULT.watched(new Watching(List.of(check), 0));
            }

            @Override
            public boolean passes(HealthCheck check) {
                return false;
            }

            @Override
            public void begin() {}

            @Override
            public long standstillMillis() {
                return 0;
            }
        };
    }

    @Test
    void aFullCopyIsPausedAndResumedWhileItIsProven() {
        world = new World(3, Killing.NEVER, Set.of()).in(Mode.FULL);
        var later = readyWithOpenTransaction();
        ask(Verb.PAUSE);
        work(() -> world.ledger().steering(World.RUN).isPaused());

        world.on(Side.SOURCE).end(later);
        world.work(5000, () -> false);
        assertThat(world.phase()).isEqualTo(Phase.READY);
        ask(Verb.RESUME);
        work(() -> world.phase().isOver());

        assertThat(world.phase()).isEqualTo(Phase.COMPLETED);
    }
}
