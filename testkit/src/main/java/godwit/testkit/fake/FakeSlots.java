package godwit.testkit.fake;

import godwit.Problem;
import godwit.move.Lsn;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The replication slots of a fake database: each sends flushed commits after the position that was confirmed last. */
public final class FakeSlots {
    private final FakeDatabase database;
    private final Map<String, Lsn> confirmed = new HashMap<>();

    FakeSlots(FakeDatabase database) {
        this.database = database;
    }

    public Set<String> names() {
        return Set.copyOf(confirmed.keySet());
    }

    Lsn create(String slot) {
        confirmed.put(slot, database.end());
        database.flush();
        return database.end();
    }

    void drop(String slot) {
        confirmed.remove(slot);
    }

    /** The first flushed transaction that ended after a position, or after the confirmed one if that is later. */
    Optional<Logged> next(String slot, Lsn after) {
        var from = position(slot).max(after);
        var log = database.log();
        var next = log.size();
        while (next > 0 && !log.get(next - 1).commit().isBefore(from)) {
            next--;
        }
        return next == log.size() || database.flushed().isBefore(log.get(next).end())
                ? Optional.empty()
                : Optional.of(log.get(next));
    }

    void confirm(String slot, Lsn position) {
        confirmed.put(slot, position(slot).max(position));
    }

    private Lsn position(String slot) {
        var position = confirmed.get(slot);
        if (position == null) {
            throw Problem.of("slot-lost", "The slot " + slot + " is gone.", "Roll the run back.")
                    .asException();
        }
        return position;
    }
}
