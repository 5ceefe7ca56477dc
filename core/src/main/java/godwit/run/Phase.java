package godwit.run;

import godwit.move.Side;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where a run stands in its life.
 *
 * <pre>
 * planned → expanding → filling → following → ready → switching → switched → completing → completed
 *                                               ↑         ↓           ↓
 *                                               └─────────┴── switching back
 * from each of these but the last two: → rolling back → rolled back
 * </pre>
 */
public enum Phase {
    PLANNED,
    EXPANDING,
    FILLING,
    FOLLOWING,
    READY,
    SWITCHING,
    SWITCHED,
    SWITCHING_BACK,
    COMPLETING,
    COMPLETED,
    ROLLING_BACK,
    ROLLED_BACK;

    /** The word that people and scripts see: {@code rolling back}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    public static Phase of(String word) {
        return Arrays.stream(values())
                .filter(p -> p.word().equals(word))
                .findFirst()
                .orElseThrow();
    }

    public boolean isOver() {
        return this == COMPLETED || this == ROLLED_BACK;
    }

    /**
     * Whether a side of a live move has its gate for certain: in any other phase one that is not there may not be made
     * yet, or be gone again.
     */
    public boolean hasGate(Side side) {
        return switch (this) {
            case FILLING, FOLLOWING -> side == Side.TARGET;
            case READY, SWITCHING, SWITCHED, SWITCHING_BACK -> true;
            case PLANNED, EXPANDING, COMPLETING, COMPLETED, ROLLING_BACK, ROLLED_BACK -> false;
        };
    }

    /** Whether both sides are complete and a stream keeps them in step. */
    public boolean isInStep() {
        return switch (this) {
            case READY, SWITCHING, SWITCHED, SWITCHING_BACK -> true;
            case PLANNED, EXPANDING, FILLING, FOLLOWING, COMPLETING, COMPLETED, ROLLING_BACK, ROLLED_BACK -> false;
        };
    }
}
