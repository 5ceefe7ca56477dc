package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import godwit.traffic.Journal;
import java.time.Duration;
import java.util.OptionalLong;

/** What both gates of a run say. */
final class Gates {
    private final MoveContext context;

    Gates(MoveContext context) {
        this.context = context;
    }

    Journal journal() {
        return new Journal(epoch(Side.SOURCE), epoch(Side.TARGET));
    }

    /** A side without a gate has never lost or gained the writes. */
    private OptionalLong epoch(Side side) {
        try (var session = context.look(side)) {
            return OptionalLong.of(context.gate(side).epoch(session).orElse(Journal.FIRST_EPOCH));
        } catch (GodwitException e) {
            return OptionalLong.empty();
        }
    }

    /** The side with the writes. */
    Side leader() {
        return switch (journal().writes()) {
            case SOURCE -> Side.SOURCE;
            case TARGET -> Side.TARGET;
            case UNKNOWN ->
                throw passing(
                        "writes-unknown", "A server does not answer, so nobody knows which side takes the writes.");
        };
    }

    /** A fence that another worker left may still decide: what the gates say counts only when it is gone. */
    void awaitNoFence(Side side) {
        var until = System.nanoTime()
                + Duration.ofSeconds(context.spec().switching().fenceSecondsMax() + 2L)
                        .toNanos();
        try (var session = context.look(side)) {
            while (context.gate(side).isFenced(session)) {
                if (System.nanoTime() > until) {
                    throw passing("fence-stands", "A fence of another worker stands in the " + side.word() + ".");
                }
                Patience.pause(Duration.ofMillis(50));
            }
        }
    }

    static GodwitException passing(String code, String message) {
        return new GodwitException(
                Problem.of(code, message, "It is tried again."), Retry.LATER, new IllegalStateException(code));
    }
}
