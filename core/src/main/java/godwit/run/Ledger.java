package godwit.run;

import godwit.Problem;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The durable memory of runs, kept in the target database. */
public interface Ledger {
    /** The run of this name that has not ended, else the one that ended last. */
    Optional<Run> find(String name);

    /** Writes a new run down, in the phase planned. */
    Run begin(UUID id, String name, String digest);

    /**
     * Moves a run on, and forgets its Problem; a phase that is new is an entry of the run's history.
     *
     * @param operator for whom
     */
    void enter(UUID run, Phase phase, String operator);

    /**
     * Notes why a run does not go on.
     *
     * @param operator who worked on it
     */
    void hold(UUID run, Problem problem, String operator);

    /** Adds an entry to the run's history. */
    void record(Event event);

    /** Adds an entry about a request, for whoever asked. */
    void record(Request request, String result, String code);

    void ask(Request request);

    /** The oldest request that nobody has carried out and whose asker still waits. */
    default Optional<Request> nextRequest(UUID run) {
        return nextRequest(run, EnumSet.allOf(Verb.class));
    }

    /** The same among the requests for some verbs. */
    Optional<Request> nextRequest(UUID run, Set<Verb> verbs);

    /** The newest request of this kind that has no answer, whether its asker still waits or not. */
    Optional<Request> unanswered(UUID run, Verb verb);

    void answer(UUID request, Outcome outcome);

    /** How a request ended; empty while it has not. */
    Optional<Outcome> answerTo(UUID request);

    /** Tells that the asker still waits. */
    void stillWaiting(UUID request);

    /** What people want of a run while it goes on. */
    Steering steering(UUID run);

    /** Adds wishes, by settings' paths or {@link Steering#PAUSED}; an empty text takes one back. */
    void steer(UUID run, Map<String, String> wishes, String operator);

    /** Publishes how the run stands right now, for status. */
    void publish(UUID run, Map<String, Object> live);

    /** What was published last. */
    Map<String, Object> published(UUID run);

    /**
     * Something that happened in a run.
     *
     * @param operator who caused it
     * @param verb what it was
     * @param result begun, done, different, refused, failed or unknown
     * @param code the Problem's code, or empty
     */
    record Event(UUID run, String operator, String verb, String result, String code) {}
}
