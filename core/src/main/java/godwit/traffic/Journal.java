package godwit.traffic;

import godwit.move.Side;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the gates of both sides say about who takes the writes.
 *
 * <p>Each gate holds an epoch. In even epochs writes belong to the source, in odd ones to the target, and a side takes
 * writes only while its own gate's epoch is one of its own. A switch from epoch e sets e + 1 first in the gate of the
 * side that loses the writes, which is the point of no return, and then in the other: both never take writes at once.
 *
 * <pre>
 * source  target
 *   2       2     writes on the source
 *   3       2     decided for the target, not yet opened there
 *   3       3     writes on the target
 *   3       4     decided for the source, not yet opened there
 *   4       4     writes on the source
 * </pre>
 *
 * @param source the source's epoch; empty when it cannot be read
 * @param target the target's epoch; empty when it cannot be read
 */
public record Journal(OptionalLong source, OptionalLong target) {
    public static final long FIRST_EPOCH = 2;

    public static Journal of(long source, long target) {
        return new Journal(OptionalLong.of(source), OptionalLong.of(target));
    }

    /**
     * Who takes the writes: what was decided last holds. One gate suffices only where it is open, because then the other
     * cannot be.
     */
    public Writes writes() {
        if (isReadable()) {
            return isEven(epoch()) ? Writes.SOURCE : Writes.TARGET;
        }
        if (source.isPresent() && isEven(source.getAsLong())) {
            return Writes.SOURCE;
        }
        if (target.isPresent() && !isEven(target.getAsLong())) {
            return Writes.TARGET;
        }
        return Writes.UNKNOWN;
    }

    /**
     * The side whose gate is open although the writes have moved away from it: its server has lost its last commits, as one
     * does that was replaced by a standby or a backup.
     */
    public Optional<Side> openInError() {
        if (!isReadable() || isSettled()) {
            return Optional.empty();
        }
        var behind = source.getAsLong() < target.getAsLong() ? Side.SOURCE : Side.TARGET;
        var epoch = (behind == Side.SOURCE ? source : target).getAsLong();
        return opens(behind, epoch) && Writes.on(behind) != writes() ? Optional.of(behind) : Optional.empty();
    }

    /** Whether both gates could be read, without which nothing is decided or carried out. */
    public boolean isReadable() {
        return source.isPresent() && target.isPresent();
    }

    /** The newest decision of a readable journal. */
    public long epoch() {
        return Math.max(source.orElseThrow(), target.orElseThrow());
    }

    /** Whether the side that the writes belong to has been opened. */
    public boolean isSettled() {
        return source.equals(target);
    }

    /** Whether a gate with this epoch lets its side's writers pass. */
    public static boolean opens(Side side, long epoch) {
        return isEven(epoch) == (side == Side.SOURCE);
    }

    private static boolean isEven(long epoch) {
        return epoch % 2 == 0;
    }
}
