package godwit.move;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A table of a source with a log, whose commits are in the log before they are visible; copied by ranges at random
 * moments, and followed into a target by {@link UnseenChanges} while the source goes on. What lies before the position
 * from which the log is followed is visible before the copying begins.
 *
 * <p>A transaction that touches a row waits until the last one that touched it is visible, as on a real server.
 */
final class RangeWorld {
    /** A wrong rule, put in on purpose to show that it is noticed. */
    enum Mistake {
        /** Everything that the stream brings is applied. */
        APPLY_ALL,
        /** A change counts as a whole, by the key that the row has afterwards. */
        CHANGES_NOT_HALVED,
        /** A row that lacks values is left out instead of read again. */
        NOT_READ_AGAIN,
        /** The snapshot of a row that is read again is not remembered. */
        READING_FORGOTTEN,
        /** The copy begins although commits before the stream's position may not be visible yet. */
        NO_BARRIER
    }

    private static final int KEYS = 24;
    private static final int[] KEY = {0};
    private static final int[] CUTS = {6, 12, 18};

    /** @param before null for a new row; after null for one that goes */
    private record Change(@Nullable Tuple before, @Nullable Tuple after) {}

    private record Logged(long xid, List<Change> changes, Set<Integer> touched) {}

    private final Random random;
    private final Set<Mistake> mistakes;
    private final Map<Integer, Tuple> newest = new TreeMap<>();
    private final List<Logged> log = new ArrayList<>();
    private final List<Logged> unseen = new ArrayList<>();
    private final Map<RowKey, Tuple> target = new HashMap<>();
    private final TreeMap<Long, Snapshot> ranges = new TreeMap<>();
    private long nextXid = 100;
    private int bodies;
    private boolean lacking;

    RangeWorld(long seed, Set<Mistake> mistakes) {
        this.random = new Random(seed);
        this.mistakes = mistakes;
    }

    /** Runs the whole story; whether the target is the source in the end, and no row was ever missing. */
    boolean endsEqual() {
        write(30);
        var position = log.size() - random.nextInt(20);
        if (!mistakes.contains(Mistake.NO_BARRIER)) {
            unseen.removeAll(log.subList(0, position));
        }
        for (var cut = 0; cut <= CUTS.length; cut++) {
            write(random.nextInt(6));
            copy(cut == 0 ? Integer.MIN_VALUE : CUTS[cut - 1], cut == CUTS.length ? Integer.MAX_VALUE : CUTS[cut]);
        }
        follow(position);
        return !lacking && texts(target.values()).equals(texts(newest.values()));
    }

    private static Set<String> texts(Iterable<Tuple> rows) {
        var texts = new HashSet<String>();
        rows.forEach(row -> texts.add(text(row, 0) + " " + text(row, 1)));
        return texts;
    }

    private static String text(Tuple row, int column) {
        return row.isUnchanged(column) ? "?" : new String(row.value(column), StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(int value) {
        return Integer.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    private static long place(RowKey key) {
        return Long.parseLong(new String(key.value(0), StandardCharsets.US_ASCII));
    }

    private void write(int transactions) {
        for (var n = 0; n < transactions; n++) {
            transaction();
            if (random.nextBoolean()) {
                show();
            }
        }
    }

    /** One of the commits that nobody sees yet becomes visible. */
    private void show() {
        if (!unseen.isEmpty()) {
            unseen.remove(random.nextInt(unseen.size()));
        }
    }

    private void transaction() {
        var changes = new ArrayList<Change>();
        var touched = new HashSet<Integer>();
        var steps = 1 + random.nextInt(3);
        for (var n = 0; n < steps; n++) {
            change(changes, touched);
        }
        var logged = new Logged(nextXid++, changes, touched);
        log.add(logged);
        unseen.add(logged);
    }

    private void change(List<Change> changes, Set<Integer> touched) {
        var id = random.nextInt(KEYS);
        var other = random.nextInt(KEYS);
        waitFor(id);
        touched.add(id);
        var before = newest.get(id);
        if (before == null) {
            put(changes, null, row(id, bytes(bodies++)));
        } else if (random.nextInt(5) == 0) {
            newest.remove(id);
            changes.add(new Change(before, null));
        } else if (random.nextInt(3) == 0) {
            put(changes, before, row(id, bytes(bodies++)));
        } else {
            waitFor(other);
            touched.add(other);
            if (newest.get(other) instanceof Tuple inTheWay && other != id) {
                changes.add(new Change(inTheWay, null));
            }
            newest.remove(id);
            put(changes, before, row(other, before.value(1)));
        }
    }

    private void put(List<Change> changes, @Nullable Tuple before, Tuple after) {
        newest.put((int) place(after.key(KEY)), after);
        changes.add(new Change(before, after));
    }

    private static Tuple row(int id, byte[] body) {
        return new Tuple(new byte[][] {bytes(id), body});
    }

    private void waitFor(int id) {
        unseen.removeIf(logged -> logged.touched().contains(id));
    }

    private Snapshot snapshot() {
        var running = unseen.stream().mapToLong(Logged::xid).toArray();
        var least = java.util.Arrays.stream(running).min().orElse(nextXid);
        return new Snapshot(least, nextXid, new Snapshot.LongList(running));
    }

    /** The rows that a snapshot taken now sees. */
    private Map<Integer, Tuple> visible() {
        var rows = new LinkedHashMap<>(newest);
        for (var i = unseen.size() - 1; i >= 0; i--) {
            var changes = unseen.get(i).changes();
            for (var n = changes.size() - 1; n >= 0; n--) {
                if (changes.get(n).after() instanceof Tuple after) {
                    rows.remove((int) place(after.key(KEY)));
                }
                if (changes.get(n).before() instanceof Tuple before) {
                    rows.put((int) place(before.key(KEY)), before);
                }
            }
        }
        return rows;
    }

    private void copy(int first, int end) {
        ranges.put(first == Integer.MIN_VALUE ? Long.MIN_VALUE : first, snapshot());
        visible().forEach((id, row) -> {
            if (id >= first && id < end) {
                target.put(row.key(KEY), row);
            }
        });
    }

    private void follow(int position) {
        var snapshots = new RangeSnapshots(RangeWorld::place, ranges);
        var rows = new UnseenChanges(snapshots, KEY, this::read);
        var net = new KeyedChanges(KEY);
        for (var at = position; at < log.size() || random.nextInt(4) > 0; at++) {
            write(at < log.size() && log.size() - position < 80 ? random.nextInt(3) : 0);
            if (at < log.size()) {
                var logged = log.get(at);
                for (var change : logged.changes()) {
                    apply(rows, snapshots, net, logged.xid(), change);
                }
            }
            if (random.nextInt(3) == 0) {
                flush(net);
                net = new KeyedChanges(KEY);
            }
        }
        flush(net);
        unseen.clear();
    }

    private void apply(UnseenChanges rows, RangeSnapshots snapshots, KeyedChanges net, long xid, Change change) {
        var after = change.after();
        var before = change.before();
        if (before == null) {
            insert(rows, net, xid, java.util.Objects.requireNonNull(after));
        } else if (after == null) {
            delete(rows, net, xid, before);
        } else {
            var isMoved = !before.key(KEY).equals(after.key(KEY));
            var body = before.value(1) == after.value(1) ? Tuple.UNCHANGED : after.value(1);
            var sent = new Tuple(new byte[][] {after.value(0), body});
            var old = isMoved ? new Tuple(new byte[][] {before.value(0), Tuple.NULL}) : null;
            update(rows, snapshots, net, xid, old, sent);
        }
    }

    private void insert(UnseenChanges rows, KeyedChanges net, long xid, Tuple row) {
        if (mistakes.contains(Mistake.APPLY_ALL)) {
            net.insert(row);
        } else {
            rows.insert(net, xid, row);
        }
    }

    private void delete(UnseenChanges rows, KeyedChanges net, long xid, Tuple row) {
        if (mistakes.contains(Mistake.APPLY_ALL)) {
            net.delete(row);
        } else {
            rows.delete(net, xid, row);
        }
    }

    private void update(
            UnseenChanges rows, RangeSnapshots snapshots, KeyedChanges net, long xid, @Nullable Tuple old, Tuple row) {
        if (mistakes.contains(Mistake.APPLY_ALL)) {
            net.update(old, false, row);
        } else if (mistakes.contains(Mistake.CHANGES_NOT_HALVED)) {
            if (!snapshots.sees(xid, row.key(KEY))) {
                net.update(old, false, row);
            }
        } else {
            rows.update(net, xid, old, false, row);
        }
    }

    private UnseenChanges.Reading read(RowKey key, long xid) {
        if (mistakes.contains(Mistake.NOT_READ_AGAIN)) {
            return new UnseenChanges.Reading(new Snapshot(0, 0, new Snapshot.LongList()), Optional.empty());
        }
        if (!snapshot().sees(xid)) {
            throw new AssertionError("the copy of the row's old key saw it, so everybody does");
        }
        var row = Optional.ofNullable(visible().get((int) place(key)));
        var forgotten = new Snapshot(0, 0, new Snapshot.LongList());
        return new UnseenChanges.Reading(mistakes.contains(Mistake.READING_FORGOTTEN) ? forgotten : snapshot(), row);
    }

    /** Writes a net as the applier does: what is replaced goes first, and lends what the new rows lack. */
    private void flush(KeyedChanges net) {
        var gone = new HashMap<RowKey, Tuple>();
        for (var key : net.replaced()) {
            var row = target.remove(key);
            lacking |= row == null;
            if (row != null) {
                gone.put(key, row);
            }
        }
        for (var last : net.finals()) {
            var base = last.base() == null ? last.row() : gone.get(last.base());
            lacking |= base == null;
            var row = base == null ? last.row() : last.row().completedFrom(base);
            lacking |= target.put(row.key(KEY), row) != null;
        }
    }
}
