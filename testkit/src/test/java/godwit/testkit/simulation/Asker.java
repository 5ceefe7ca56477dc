package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Verb;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A person who asks the run for one thing after the other, each until it is done, and waits for every answer. */
final class Asker {
    private static final int TURN_MILLIS = 40;

    private final World world;
    private final Deque<Verb> wishes;
    private final Map<String, String> options;
    private Optional<Request> open = Optional.empty();
    private long requests;

    Asker(World world, List<Verb> wishes) {
        this(world, wishes, Map.of());
    }

    Asker(World world, List<Verb> wishes, Map<String, String> options) {
        this.world = world;
        this.wishes = new ArrayDeque<>(wishes);
        this.options = Map.copyOf(options);
        turn();
    }

    boolean isDone() {
        return wishes.isEmpty();
    }

    /** Waits for nothing any more. */
    void giveUp() {
        wishes.clear();
    }

    private void turn() {
        if (!isDone()) {
            open.ifPresentOrElse(this::look, this::ask);
            world.schedule().in(TURN_MILLIS, this::turn);
        }
    }

    private void ask() {
        var verb = wishes.getFirst();
        if (world.phase().isInStep() || (verb == Verb.ROLLBACK && !world.phase().isOver())) {
            var request = new Request(new UUID(0x4001, ++requests), World.RUN, verb, options, "tester");
            world.ledger().ask(request);
            open = Optional.of(request);
        }
    }

    private void look(Request request) {
        world.ledger().stillWaiting(request.id());
        var answer = world.ledger().answerTo(request.id());
        if (answer.isPresent()) {
            heard(request, answer.get());
        } else if (world.phase().isOver()) {
            // How a run ended is an answer too: the worker may be killed between the end and its answer.
            assertThat(world.phase()).isEqualTo(request.verb() == Verb.COMPLETE ? Phase.COMPLETED : Phase.ROLLED_BACK);
            wishes.removeFirst();
        }
    }

    private void heard(Request request, Outcome outcome) {
        open = Optional.empty();
        switch (outcome) {
            case Outcome.Done done -> wishes.removeFirst();
            case Outcome.Different different -> throw new AssertionError("the sides differ: " + different.result());
            case Outcome.Refused refused ->
                assertThat(refused.problem().code())
                        .as("why %s was refused", request.verb())
                        .isNotEqualTo("differences-open");
            case Outcome.Unknown unknown -> throw new AssertionError("unknown: " + unknown.problem());
        }
    }
}
