package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import godwit.postgres.Together;
import godwit.postgres.largeobjects.CarriedObjects.Entry;
import godwit.postgres.largeobjects.Decisions.Conflicts;
import godwit.postgres.largeobjects.Decisions.Copy;
import godwit.postgres.largeobjects.Decisions.Found;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Brings the follower's large objects in step with the leader's, and compares them.
 *
 * <p>A pass goes through all OIDs in ranges of so many objects, so its memory does not grow with their number. Within a
 * range both sides are listed at the same time, what differs is copied in small transactions, and what was copied is
 * compared once more. A kill leaves each object as it was or as it is to be, and the next pass finds which.
 */
public final class LargeObjects {
    private static final int OBJECTS_PER_RANGE = 5_000;
    private static final int OBJECTS_PER_BATCH = 200;
    private static final long BYTES_PER_BATCH = 8L << 20;

    private final Sides sides;
    private final Runnable between;
    private final Copying copying;

    /** @param between called between two pieces of work; ends a pass by throwing */
    public LargeObjects(Sides sides, Runnable between) {
        this.sides = sides;
        this.between = between;
        this.copying = new Copying(sides);
    }

    /** Compares, and writes nothing. */
    public ObjectPass compare() {
        return pass(this::decided, NOTHING);
    }

    /** Compares only what may have changed since a pass that began then, and writes nothing. */
    public ObjectPass compareSince(Marks marks) {
        return pass(since(marks), NOTHING);
    }

    /** Brings the follower in step; what somebody else has changed there is kept and named. */
    public ObjectPass carry() {
        return pass(this::decided, this::carryOut);
    }

    /** Brings in step what may have changed since a pass that began then and left nothing unlike. */
    public ObjectPass carrySince(Marks marks) {
        return pass(since(marks), this::carryOut);
    }

    /** Makes the follower equal, whoever has changed it. */
    public ObjectPass repair() {
        return pass(range -> Decisions.of(found(range), Conflicts.OVERWRITTEN), this::carryOut);
    }

    private record Range(long from, long to) {}

    private interface Look {
        Decisions at(Range range);
    }

    private interface Work {
        void on(Decisions decisions, ObjectPass sum);
    }

    private static final Work NOTHING = (decisions, sum) -> {};

    private ObjectPass pass(Look look, Work work) {
        var sum = new ObjectPass();
        if (Listing.isEmpty(sides.leader()) && sides.carried().isEmpty(sides.target())) {
            return sum;
        }
        ObjectAccess.require(sides.leader(), sides.leading());
        ObjectAccess.require(sides.follower(), sides.leading().other());
        for (var from = 0L; from <= Listing.LAST; ) {
            between.run();
            var ends = Math.min(
                    Listing.end(sides.leader(), from, OBJECTS_PER_RANGE),
                    Listing.end(sides.follower(), from, OBJECTS_PER_RANGE));
            var decisions = look.at(new Range(from, ends));
            sum.add(decisions);
            work.on(decisions, sum);
            from = ends + 1;
        }
        return sum;
    }

    private Decisions decided(Range range) {
        return Decisions.of(found(range), Conflicts.KEPT);
    }

    private Found found(Range range) {
        return Together.both(
                () -> Listing.within(sides.leader(), range.from(), range.to()),
                () -> Listing.within(sides.follower(), range.from(), range.to()),
                (here, there) -> new Found(here, there, entries(range), sides.target() == sides.leader()));
    }

    private Map<Long, Entry> entries(Range range) {
        return sides.carried().within(sides.target(), range.from(), range.to());
    }

    private Look since(Marks marks) {
        if (!LargeObjects.has(sides.leader()) || !ObjectAccess.isGiven(sides.leader())) {
            return this::decided;
        }
        var changed = Together.both(
                () -> Marks.changed(sides.leader(), marks.leader()),
                () -> Marks.changed(sides.follower(), marks.follower()),
                (here, there) -> {
                    here.addAll(there);
                    return here;
                });
        return Marks.areTooMany(changed) ? this::decided : range -> decidedAmong(changed, range);
    }

    /** Objects whose contents nobody has written, and whose properties are alike, are as they were found then. */
    private Decisions decidedAmong(Set<Long> changed, Range range) {
        var all = new HashSet<Long>();
        var wanted = Together.both(
                () -> Listing.properties(sides.leader(), range.from(), range.to()),
                () -> Listing.properties(sides.follower(), range.from(), range.to()),
                (here, there) -> {
                    all.addAll(here.keySet());
                    all.addAll(there.keySet());
                    return all.stream()
                            .filter(oid -> changed.contains(oid) || !Objects.equals(here.get(oid), there.get(oid)))
                            .toList();
                });
        var named = named(wanted);
        var entries = entries(range);
        wanted.forEach(all::remove);
        entries.keySet().removeAll(all);
        var found = new Found(named.leader(), named.follower(), entries, sides.target() == sides.leader());
        return Decisions.of(found, Conflicts.KEPT);
    }

    private record Both(Map<Long, LargeObject> leader, Map<Long, LargeObject> follower) {}

    private Both named(List<Long> oids) {
        return Together.both(
                () -> Listing.named(sides.leader(), oids), () -> Listing.named(sides.follower(), oids), Both::new);
    }

    private void carryOut(Decisions decisions, ObjectPass sum) {
        for (var batch : batches(decisions.copies())) {
            between.run();
            var copied = copying.copy(batch);
            sum.copied(copied.objects().size(), copied.bytes());
            again(copied.objects(), sum);
        }
        for (var at = 0; at < decisions.unlinks().size(); at += OBJECTS_PER_BATCH) {
            between.run();
            var batch = decisions
                    .unlinks()
                    .subList(
                            at,
                            Math.min(at + OBJECTS_PER_BATCH, decisions.unlinks().size()));
            copying.unlink(batch);
            sum.unlinked(batch.size());
        }
        if (!decisions.forgotten().isEmpty()) {
            sides.carried().forget(sides.target(), decisions.forgotten());
        }
    }

    /** Compares what was copied: it differs if the leader's object is still what was copied, else it has moved on. */
    private void again(Map<Long, LargeObject> copied, ObjectPass sum) {
        var both = named(List.copyOf(copied.keySet()));
        copied.forEach((oid, asCopied) -> {
            var now = both.leader().get(oid);
            var other = both.follower().get(oid);
            if (now == null || !now.print().equals(asCopied.print())) {
                sum.moving(oid);
            } else if (other == null || !other.print().equals(now.print())) {
                sum.unlike(oid);
            }
        });
    }

    private static List<List<Copy>> batches(List<Copy> copies) {
        var all = new ArrayList<List<Copy>>();
        var bytes = BYTES_PER_BATCH;
        for (var copy : copies) {
            bytes += copy.object().bytes();
            if (bytes > BYTES_PER_BATCH || all.getLast().size() == OBJECTS_PER_BATCH) {
                all.add(new ArrayList<>());
                bytes = copy.object().bytes();
            }
            all.getLast().add(copy);
        }
        return all;
    }

    /** Whether a side has any. */
    public static boolean has(Session session) {
        return !Listing.isEmpty(session);
    }

    /** How many a side has. */
    public static long count(Session session) {
        return session.number("SELECT count(*) FROM pg_catalog.pg_largeobject_metadata");
    }
}
