package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Conduct.Mode;
import godwit.verify.Verification;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a run's mode demands and what it does not allow. */
final class ByMode {
    private static final Set<Verb> MOVING = EnumSet.of(Verb.SWITCH, Verb.SWITCH_BACK, Verb.COMPLETE);

    private final Mode mode;

    ByMode(Mode mode) {
        this.mode = mode;
    }

    /** Whether the run is over as soon as both sides are proven to be equal. */
    boolean endsWhenEqual() {
        return mode == Mode.FULL;
    }

    /** Whether the source stays as it is when the run ends: only a live move takes the writes away from it. */
    boolean leavesSourceAlone() {
        return mode != Mode.LIVE;
    }

    /** Why a verb is not possible; empty when it is. */
    Optional<Problem> refusal(Verb verb) {
        return mode == Mode.LIVE || !MOVING.contains(verb)
                ? Optional.empty()
                : Optional.of(
                        Problem.of(
                                "writes-stay",
                                "The move's mode is %s: its writes stay on the source.".formatted(mode.word()),
                                "End it with godwit rollback, with --keep-target to keep the tables; or start one in mode live."));
    }

    /** A copy that is not proven is not done. */
    static void requireEqual(Verification verification) {
        if (!verification.isEqual()) {
            throw new GodwitException(Problem.of(
                    "differences-open",
                    "The sides differ in %d places, so the copy is not done.".formatted(verification.differences()),
                    "See them with godwit verify, mend them with godwit repair, then start again."));
        }
    }
}
