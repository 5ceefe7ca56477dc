package godwit.testkit.fake;

import godwit.traffic.Journal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The locks of a fake database's writers, and the gate that lets them pass, wait or turn back.
 *
 * <p>Writers share a lock until their commit is visible; a fence waits for them all and keeps new ones waiting.
 */
public final class FakeGate {
    static final String EPOCH = "gate";
    static final String GUARDED = "guarded";

    /** What a writer gets who comes to the gate. */
    public enum Entry {
        PASSES,
        /** A fence stands or is being raised. */
        WAITS,
        /** The writes belong to the other side, or the tables are not there. */
        REFUSED
    }

    /** Something that no writer may be beside: a fence, or a statement that locks a table against writers. */
    public static final class Exclusive {
        boolean broken;

        public boolean isBroken() {
            return broken;
        }
    }

    private final FakeDatabase database;
    private final Set<FakeTransaction> writers = new HashSet<>();
    private final Map<Object, FakeTransaction> locks = new HashMap<>();
    private @Nullable Exclusive exclusive;

    FakeGate(FakeDatabase database) {
        this.database = database;
    }

    /** A client begins to write in a transaction, or goes on. */
    public Entry enter(FakeTransaction transaction) {
        if (!hasTables() || database.notes().containsKey("sealed")) {
            return Entry.REFUSED;
        }
        if (!writers.contains(transaction)) {
            if (exclusive != null) {
                return Entry.WAITS;
            }
            writers.add(transaction);
        }
        return isOpen() ? Entry.PASSES : Entry.REFUSED;
    }

    private boolean hasTables() {
        return FakeTable.ALL.stream().allMatch(t -> database.notes().containsKey(FakeMove.tableNote(t)));
    }

    private boolean isOpen() {
        return !database.notes().containsKey(GUARDED) || Journal.opens(database.side(), epoch().orElseThrow());
    }

    /** Whether a client that writes here now could commit, were there no fence. */
    public boolean takesWrites() {
        return database.isUp() && hasTables() && !database.notes().containsKey("sealed") && isOpen();
    }

    public boolean isFenced() {
        return exclusive != null;
    }

    public FakeTransaction begin() {
        return new FakeTransaction();
    }

    /** Locks a row, a unique value or a table for a transaction; false when another has it. */
    public boolean lock(FakeTransaction transaction, Object what) {
        return Objects.equals(locks.putIfAbsent(what, transaction), null) || locks.get(what) == transaction;
    }

    /** Locks a table against everybody; false when another transaction has written anything. */
    public boolean lockAlone(FakeTransaction transaction, FakeTable table) {
        var alone = locks.values().stream().allMatch(holder -> holder == transaction);
        return alone && lock(transaction, table);
    }

    public boolean isLocked(FakeTable table) {
        return locks.containsKey(table);
    }

    void leave(FakeTransaction transaction) {
        writers.remove(transaction);
        locks.values().removeIf(holder -> holder == transaction);
    }

    /** Asks for the lock that no writer may share; it is had once {@link #isDrained}. */
    public boolean ask(Exclusive wanted) {
        if (exclusive != null && exclusive != wanted) {
            return false;
        }
        exclusive = wanted;
        return true;
    }

    public boolean isDrained() {
        return writers.isEmpty();
    }

    /** The server ends the session that has or wants the exclusive lock. */
    public void release(Exclusive had) {
        had.broken = true;
        if (exclusive == had) {
            exclusive = null;
        }
    }

    /** The session that has or wants the exclusive lock now. */
    public Optional<Exclusive> exclusive() {
        return Optional.ofNullable(exclusive);
    }

    void forgetSessions() {
        writers.clear();
        locks.clear();
        if (exclusive != null) {
            release(exclusive);
        }
    }

    public OptionalLong epoch() {
        return database.notes().get(EPOCH) instanceof Long epoch ? OptionalLong.of(epoch) : OptionalLong.empty();
    }

    /** Sets the epoch at once, as setval does, unless it is a newer one; a commit flushes it. */
    public void setEpoch(long epoch) {
        overwriteEpoch(Math.max(epoch, epoch().orElse(epoch)));
    }

    void overwriteEpoch(long epoch) {
        database.logAtOnce(new Write.Put(EPOCH, epoch));
    }
}
