package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.largeobjects.LargeObjects;
import godwit.postgres.largeobjects.Marks;
import godwit.postgres.largeobjects.ObjectPass;
import godwit.postgres.largeobjects.ObjectWriters;
import godwit.postgres.largeobjects.Sides;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a switch does about large objects: it brings them in step before the fence, measures what will be left to do,
 * and does that under the fence.
 *
 * <p>No fence holds their writers. Who writes a table too is held by the table's gate; who writes large objects alone
 * is waited for if it began before the fence.
 */
final class LargeObjectCutover {
    private static final int ROUNDS_MAX = 3;
    private static final Duration PATIENCE_WITH_WRITERS = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(LargeObjectCutover.class);

    private final MoveContext context;
    private Marks marks = new Marks(0, 0);

    LargeObjectCutover(MoveContext context) {
        this.context = context;
    }

    private boolean areCarried() {
        return context.spec().carriesLargeObjects();
    }

    private Sides sides(Side from, Session losing, Session gaining) {
        return new Sides(context.run(), from, losing, gaining);
    }

    /** Before the fence: brings the follower in step and measures what will be left to do while writers wait. */
    void prepare(Side from, Session losing, Session gaining) {
        if (!areCarried()) {
            return;
        }
        requireNoOldWriters(from, losing);
        var sides = sides(from, losing, gaining);
        var objects = new LargeObjects(sides, () -> {});
        marks = Marks.of(sides);
        requireAlike(objects.carry());
        var round = 0;
        ObjectPass pass;
        long began;
        do {
            began = System.nanoTime();
            var next = Marks.of(sides);
            pass = objects.carrySince(marks);
            requireAlike(pass);
            marks = next;
        } while (pass.hasWritten() && ++round < ROUNDS_MAX);
        requireFits(began);
    }

    /** The same without writing. */
    void rehearsePreparation(Side from, Session losing, Session gaining) {
        if (areCarried()) {
            requireNoOldWriters(from, losing);
            var sides = sides(from, losing, gaining);
            var objects = new LargeObjects(sides, () -> {});
            marks = Marks.of(sides);
            requireAlike(objects.compare());
            var began = System.nanoTime();
            objects.compareSince(marks);
            requireFits(began);
        }
    }

    private static void requireAlike(ObjectPass pass) {
        if (!pass.unlike().isEmpty()) {
            throw Problem.of(
                            "differences-open",
                            "%d large objects differ, and not because the leader has changed them."
                                    .formatted(pass.unlike().count()),
                            "See them with godwit verify, mend them with godwit repair, then switch again.")
                    .withObjects(names(pass.unlike()))
                    .asException();
        }
    }

    private void requireFits(long began) {
        var millis = (System.nanoTime() - began) / 1_000_000;
        var limit = context.spec().switching().pauseMillisMax();
        if (millis > limit / 2) {
            throw tooMany("To find the large objects that changed takes %d ms, and a switch may take %d ms in all."
                            .formatted(millis, limit))
                    .asException();
        }
    }

    private static Problem tooMany(String message) {
        return Problem.of(
                "large-objects-too-many",
                message,
                "Raise switch.pauseMillisMax (and fenceSecondsMax), or write largeObjects: leave and carry them"
                        + " yourself.");
    }

    /**
     * Under the fence: waits for those who were writing large objects when it began, and copies the rest.
     *
     * @param began when the fence was asked for, as {@link System#nanoTime} tells it
     */
    void underFence(Side from, Session losing, Session gaining, long began) {
        if (!areCarried()) {
            return;
        }
        var until = began
                + Duration.ofMillis(context.spec().switching().pauseMillisMax()).toNanos();
        requireDrained(from, losing, until);
        try {
            losing.execute("SET statement_timeout = " + millisUntil(until));
            gaining.execute("SET statement_timeout = " + millisUntil(until));
            var pass = new LargeObjects(sides(from, losing, gaining), () -> requireTime(until)).carrySince(marks);
            requireAlike(pass);
            requireStill(pass);
        } catch (GodwitException e) {
            throw System.nanoTime() < until ? e : tooLate(e);
        } finally {
            unlimited(losing);
            unlimited(gaining);
        }
    }

    private GodwitException tooLate(GodwitException cause) {
        return tooMany("The large objects were not in step within the %d ms that a switch may take."
                        .formatted(context.spec().switching().pauseMillisMax()))
                .asException(cause);
    }

    /** A session that has broken needs no limit any more. */
    private static void unlimited(Session session) {
        try {
            session.execute("SET statement_timeout = 0");
        } catch (GodwitException broken) {
            LOG.debug("a session of the switch has broken", broken);
        }
    }

    /** Takes as long as {@link #underFence} and writes nothing. */
    void rehearse(Side from, Session losing, Session gaining) {
        if (areCarried()) {
            new LargeObjects(sides(from, losing, gaining), () -> {}).compareSince(marks);
        }
    }

    private static long millisUntil(long until) {
        return Math.max(1, (until - System.nanoTime()) / 1_000_000);
    }

    private static void requireTime(long until) {
        if (System.nanoTime() > until) {
            throw tooMany("The large objects took too long.").asException();
        }
    }

    private static void requireStill(ObjectPass pass) {
        if (!pass.moving().isEmpty()) {
            throw Problem.of(
                            "large-objects-changed",
                            "%d large objects were changed under the fence by transactions that write no table."
                                    .formatted(pass.moving().count()),
                            "Let those who write them rest for the moment of the switch, then switch again.")
                    .withObjects(names(pass.moving()))
                    .asException();
        }
    }

    private void requireNoOldWriters(Side from, Session losing) {
        var left = left(from, losing, System.nanoTime() + PATIENCE_WITH_WRITERS.toNanos());
        if (!left.isEmpty()) {
            throw Problem.of(
                            "writers-too-old",
                            "%d transactions have been writing large objects for longer than a switch may wait."
                                    .formatted(left.size()),
                            "Wait for these pids (0: prepared transactions, which pg_prepared_xacts has) to end, or end them; then try again.")
                    .withPids(List.copyOf(left.values()))
                    .asException();
        }
    }

    private void requireDrained(Side from, Session losing, long until) {
        var left = left(from, losing, until);
        if (!left.isEmpty()) {
            throw Problem.of(
                            "writers-not-drained",
                            "Transactions that had begun to write large objects did not end in time.",
                            "Try again when these pids (0: prepared transactions, which pg_prepared_xacts has) have ended.")
                    .withPids(List.copyOf(left.values()))
                    .asException();
        }
    }

    /** Those who write large objects now and are still at it then. */
    private Map<String, Integer> left(Side from, Session losing, long until) {
        var key = context.gate(from).lockKey();
        var writers = ObjectWriters.now(losing, key);
        while (!writers.isEmpty() && System.nanoTime() < until) {
            Patience.pause(Duration.ofMillis(2));
            writers.keySet().retainAll(ObjectWriters.now(losing, key).keySet());
        }
        return writers;
    }

    private static List<String> names(ObjectPass.Named named) {
        return named.first().stream().map(LargeObjectSteps::name).toList();
    }
}
