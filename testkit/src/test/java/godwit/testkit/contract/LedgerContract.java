package godwit.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.run.Ledger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.run.Verb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every ledger keeps. */
interface LedgerContract {
    Problem PROBLEM = Problem.of("slot-lost", "A slot is gone.", "Begin again.")
            .withObjects(List.of("public.a"))
            .withPids(List.of(7));

    Ledger ledger();

    /** The asker of a request has not been heard of for longer than a ledger waits. */
    void askerGoesAway(Request request);

    private Run begun(String name) {
        return ledger().begin(UUID.randomUUID(), name, "digest");
    }

    private Request asked(Run run, Verb verb) {
        var request = new Request(UUID.randomUUID(), run.id(), verb, Map.of("keepTarget", "true"), "somebody");
        ledger().ask(request);
        return request;
    }

    @Test
    default void aRunBeginsPlannedAndIsFoundByItsName() {
        var run = begun("found");

        assertThat(ledger().find("found")).contains(run);
        assertThat(run.phase()).isEqualTo(Phase.PLANNED);
        assertThat(ledger().find("another")).isEmpty();
    }

    @Test
    default void aRunThatHasEndedIsFoundUntilAnotherBegins() {
        var first = begun("again");
        ledger().enter(first.id(), Phase.COMPLETED, "ann");

        assertThat(ledger().find("again").map(Run::phase)).contains(Phase.COMPLETED);

        var second = begun("again");

        assertThat(ledger().find("again").map(Run::id)).contains(second.id());
    }

    @Test
    default void aNameHasOneRunUnderWay() {
        begun("once");

        assertThatThrownBy(() -> begun("once"))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("run-exists"));
    }

    @Test
    default void aRunThatMovesOnForgetsItsProblem() {
        var run = begun("held");
        ledger().hold(run.id(), PROBLEM, "ann");

        assertThat(ledger().find("held").flatMap(Run::problem)).contains(PROBLEM);

        ledger().enter(run.id(), Phase.FILLING, "ann");

        assertThat(ledger().find("held").orElseThrow().problem()).isEmpty();
        assertThat(ledger().find("held").orElseThrow().phase()).isEqualTo(Phase.FILLING);
    }

    @Test
    default void requestsComeInTheOrderInWhichTheyWereAsked() {
        var run = begun("asked");
        var first = asked(run, Verb.VERIFY);
        var second = asked(run, Verb.SWITCH);

        assertThat(ledger().nextRequest(run.id())).contains(first);
        assertThat(ledger().nextRequest(run.id(), Set.of(Verb.SWITCH, Verb.SWITCH_BACK)))
                .contains(second);
        assertThat(ledger().nextRequest(run.id(), Set.of(Verb.PAUSE))).isEmpty();

        ledger().answer(first.id(), new Outcome.Done(Map.of()));

        assertThat(ledger().nextRequest(run.id())).contains(second);
    }

    @Test
    default void aRequestWhoseAskerIsGoneIsNotCarriedOut() {
        var run = begun("gone");
        var request = asked(run, Verb.SWITCH);
        askerGoesAway(request);

        assertThat(ledger().nextRequest(run.id())).isEmpty();

        ledger().stillWaiting(request.id());

        assertThat(ledger().nextRequest(run.id())).contains(request);
    }

    @Test
    default void whatWasBegunForAnAskerWhoIsGoneIsStillKnown() {
        var run = begun("begun for one who is gone");
        var first = asked(run, Verb.ROLLBACK);
        asked(run, Verb.VERIFY);
        var newest = asked(run, Verb.ROLLBACK);
        askerGoesAway(first);
        askerGoesAway(newest);

        assertThat(ledger().unanswered(run.id(), Verb.ROLLBACK)).contains(newest);
        assertThat(ledger().unanswered(run.id(), Verb.COMPLETE)).isEmpty();

        ledger().answer(newest.id(), new Outcome.Done(Map.of()));

        assertThat(ledger().unanswered(run.id(), Verb.ROLLBACK)).contains(first);
    }

    @Test
    default void anAnswerIsReadAsItWasGiven() {
        var run = begun("answered");
        var outcomes = List.of(
                new Outcome.Done(Map.of("state", "completed", "already", true)),
                new Outcome.Different(Map.of("tables", List.of("public.a"))),
                new Outcome.Refused(PROBLEM),
                new Outcome.Unknown(PROBLEM));

        for (var outcome : outcomes) {
            var request = asked(run, Verb.COMPLETE);
            assertThat(ledger().answerTo(request.id())).isEmpty();

            ledger().answer(request.id(), outcome);

            assertThat(ledger().answerTo(request.id())).contains(outcome);
        }
    }

    @Test
    default void whatWasPublishedLastIsWhatIsRead() {
        var run = begun("live");

        assertThat(ledger().published(run.id())).isEmpty();

        ledger().publish(run.id(), Map.of("throttle", "none"));
        ledger().publish(run.id(), Map.of("throttle", "a replica lags"));

        assertThat(ledger().published(run.id())).isEqualTo(Map.of("throttle", "a replica lags"));
    }

    @Test
    default void whatPeopleWantHoldsUntilTheyTakeItBack() {
        var run = begun("steered");

        assertThat(ledger().steering(run.id())).isEqualTo(Steering.NONE);

        ledger().steer(run.id(), Map.of(Steering.PAUSED, "true", "limits.copyWorkers", "2"), "ann");
        ledger().steer(run.id(), Map.of("limits.copyWorkers", "3"), "bob");
        ledger().enter(run.id(), Phase.FILLING, "ann");

        assertThat(ledger().steering(run.id()))
                .isEqualTo(new Steering(Optional.of("ann"), Map.of("limits.copyWorkers", "3")));

        ledger().steer(run.id(), Map.of(Steering.PAUSED, "", "limits.copyWorkers", ""), "bob");

        assertThat(ledger().steering(run.id())).isEqualTo(Steering.NONE);
    }
}
