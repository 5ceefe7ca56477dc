package godwit.testkit.fake;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.move.Tuple;
import godwit.testkit.fake.Logged.Origin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A database with a commit log: a commit is in the log before it is flushed and before new snapshots see it, and a crash
 * takes back what was not flushed, transaction numbers and positions included.
 */
public final class FakeDatabase {
    private static final long LOG_STEP = 16;
    private static final long FIRST_XID = 100;
    private static final Lsn FIRST = new Lsn(1 << 12);

    private final Side side;
    private final CommitWatcher watcher;
    private final FakeGate gate = new FakeGate(this);
    private final FakeSlots slots = new FakeSlots(this);
    private final List<Logged> log = new ArrayList<>();
    private final Map<Long, FakeTransaction> running = new TreeMap<>();
    private Rows rows = new Rows();
    private long nextXid = FIRST_XID;
    private Lsn end = FIRST;
    private Lsn flushed = FIRST;
    private boolean up = true;
    private int starts;

    public FakeDatabase(Side side, CommitWatcher watcher) {
        this.side = side;
        this.watcher = watcher;
    }

    public Side side() {
        return side;
    }

    public FakeGate gate() {
        return gate;
    }

    public FakeSlots slots() {
        return slots;
    }

    public boolean isUp() {
        return up;
    }

    /** How often it was started: sessions of an earlier start are gone. */
    public int starts() {
        return starts;
    }

    /** The newest committed contents, visible to all or not yet. */
    public Rows rows() {
        return rows;
    }

    public Map<String, Object> notes() {
        return rows.notes();
    }

    List<Logged> log() {
        return log;
    }

    /** Where the next commit will be. */
    public Lsn end() {
        return end;
    }

    public Lsn flushed() {
        return flushed;
    }

    /** The contents with what a transaction has written itself; to be read only. */
    public Rows seenBy(FakeTransaction transaction) {
        if (!transaction.hasWritten()) {
            return rows;
        }
        var view = rows.copy();
        transaction.writes.forEach(view::apply);
        return view;
    }

    public void write(FakeTransaction transaction, Write write) {
        if (transaction.xid == 0) {
            transaction.xid = nextXid++;
            running.put(transaction.xid, transaction);
        }
        transaction.writes.add(write);
    }

    /** Puts a client's commit into the log; it is neither flushed nor visible yet. */
    public Logged log(FakeTransaction transaction) {
        return append(transaction.xid, Origin.CLIENT, List.of(), transaction.writes);
    }

    /** Ends a transaction: from now on new snapshots see it, and its locks are free. */
    public void end(FakeTransaction transaction) {
        transaction.ended = true;
        running.remove(transaction.xid);
        gate.leave(transaction);
    }

    /** Commits at once, flushed and visible, as Godwit's own sessions do. */
    public Logged commit(Origin origin, Collection<? extends Write> writes, String... markers) {
        var logged = append(nextXid++, origin, List.of(markers), writes);
        flush();
        return logged;
    }

    /** Logs a change that does not wait for its transaction, as setval does: visible at once, flushed by a commit. */
    void logAtOnce(Write write) {
        append(nextXid++, Origin.GODWIT, List.of(), List.of(write));
    }

    private Logged append(long xid, Origin origin, List<String> markers, Collection<? extends Write> writes) {
        var after = new Lsn(end.value() + LOG_STEP);
        var logged = new Logged(xid, end, after, origin, markers, List.copyOf(writes));
        writes.forEach(rows::apply);
        log.add(logged);
        end = after;
        watcher.committed(side, logged);
        return logged;
    }

    public void flush() {
        flushed = end;
    }

    public boolean hasLost(Logged logged) {
        return !log.contains(logged);
    }

    public Snapshot snapshot() {
        var open = running.keySet().stream().mapToLong(xid -> xid).toArray();
        var xmin = open.length == 0 ? nextXid : open[0];
        return new Snapshot(xmin, nextXid, new Snapshot.LongList(open));
    }

    long nextXid() {
        return nextXid;
    }

    /** The contents as a reader under a snapshot sees them, but for tables that got another file since. */
    Rows seenUnder(Snapshot snapshot) {
        return replayed(logged -> snapshot.sees(logged.xid()));
    }

    /** What a reader under a snapshot finds in one place; nothing when the table got another file since. */
    List<Tuple> read(Snapshot snapshot, FakeTable table, int place) {
        var seen = seenUnder(snapshot);
        return seen.file(table) == rows.file(table) ? seen.in(table, p -> p == place) : List.of();
    }

    /** The contents that all commits before a position make. */
    public Rows before(Lsn position) {
        return replayed(logged -> logged.commit().isBefore(position));
    }

    private Rows replayed(Predicate<Logged> wanted) {
        var replayed = new Rows();
        log.stream().filter(wanted).forEach(logged -> logged.writes().forEach(replayed::apply));
        return replayed;
    }

    /** Stops at once: open transactions are gone, and so is what was not flushed. */
    public void crash() {
        up = false;
        running.values().forEach(transaction -> transaction.ended = true);
        running.clear();
        gate.forgetSessions();
        log.removeIf(logged -> !logged.end().isBefore(new Lsn(flushed.value() + 1)));
        end = flushed;
        nextXid = Math.max(FIRST_XID, lastXid() + 1);
        rows = replayed(logged -> true);
        watcher.lost(side, flushed);
    }

    private long lastXid() {
        return log.stream().mapToLong(Logged::xid).max().orElse(0);
    }

    public void start() {
        up = true;
        starts++;
    }

    Optional<Object> note(String name) {
        return Optional.ofNullable(notes().get(name));
    }

    /** Hears of every commit and of those that a crash took back. */
    public interface CommitWatcher {
        void committed(Side side, Logged logged);

        /** All commits of this side from this position on are gone. */
        void lost(Side side, Lsn from);
    }
}
