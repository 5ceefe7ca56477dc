package godwit.postgres.apply;

import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.RowKey;
import godwit.move.TableChanges;
import godwit.schema.TableName;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The keys of the rows that a stream has written since both sides were last compared as a whole, in bounded memory.
 *
 * <p>What cannot be kept is counted: rows without a key, and keys beyond the limit.
 */
public final class TouchedRows {
    /** Around a key: its objects and its place in a set. */
    private static final long BYTES_PER_KEY = 200;

    private static final long BYTES_PER_VALUE = 40;
    private static final long BYTES_MAX_USUAL = 64L << 20;

    private final Map<TableName, Set<RowKey>> keys = new HashMap<>();
    private long bytesMax = BYTES_MAX_USUAL;
    private long bytes;
    private int kept;
    private long unkept;
    private boolean collecting;
    private boolean proven;
    /** Whether each row that was written since it began is, or was until it was looked at, known by its key. */
    private boolean complete;

    private Map<TableName, TableFile> leaderFiles = Map.of();
    private Map<TableName, TableFile> followerFiles = Map.of();

    /**
     * Some rows.
     *
     * @param keys the keys by table
     * @param unkept changes whose rows are not known by key
     */
    public record Touched(Map<TableName, Set<RowKey>> keys, long unkept) {
        public Touched {
            keys = Map.copyOf(keys);
        }

        public long size() {
            return keys.values().stream().mapToLong(Set::size).sum();
        }
    }

    /**
     * Begins anew at a moment at which both sides are being compared; {@link #proven} says that they were found alike.
     *
     * @param leader how the leader's tables lay at that moment
     * @param follower how those of the side lay that the stream is applied to
     */
    public synchronized void begin(Map<TableName, TableFile> leader, Map<TableName, TableFile> follower) {
        collecting = true;
        proven = false;
        complete = true;
        leaderFiles = Map.copyOf(leader);
        followerFiles = Map.copyOf(follower);
        clear();
    }

    /** Some tables are compared once more, at a later moment, when they lie so. */
    public synchronized void beginAgain(Map<TableName, TableFile> leader, Map<TableName, TableFile> follower) {
        leaderFiles = together(leaderFiles, leader);
        followerFiles = together(followerFiles, follower);
    }

    private static Map<TableName, TableFile> together(
            Map<TableName, TableFile> before, Map<TableName, TableFile> later) {
        var all = new HashMap<>(before);
        all.putAll(later);
        return Map.copyOf(all);
    }

    /** Both sides were alike at the moment at which this began. */
    public synchronized void proven() {
        proven = collecting;
    }

    /** Whether what has been written since both sides were found to be alike is known here. */
    public synchronized boolean isProven() {
        return proven && complete;
    }

    /** How the leader's tables lay when they were compared. */
    public synchronized Map<TableName, TableFile> leaderFiles() {
        return leaderFiles;
    }

    /** How the other side's lay. */
    public synchronized Map<TableName, TableFile> followerFiles() {
        return followerFiles;
    }

    private void clear() {
        keys.clear();
        kept = 0;
        bytes = 0;
        unkept = 0;
    }

    synchronized void note(TargetTable table, TableChanges changes) {
        if (!collecting) {
            return;
        }
        switch (changes) {
            // Such keys are those of one side only.
            case KeyedChanges keyed
            when table.numbered().hasAny(table.key()) ->
                count(keyed.replaced().size() + keyed.finals().size());
            case KeyedChanges keyed -> {
                var name = table.table().name();
                keyed.replaced().forEach(key -> keep(name, key));
                keyed.finals().forEach(row -> keep(name, row.row().key(table.key())));
            }
            case KeylessChanges keyless -> count(keyless.copies().size());
        }
    }

    /** Counts rows that are not known by their keys. */
    synchronized void count(long rows) {
        unkept += rows;
        complete &= rows == 0;
    }

    /** From now on keys are kept in so much memory, in bytes. */
    public synchronized void keepWithin(long bytesOfKeysMax) {
        bytesMax = bytesOfKeysMax;
    }

    private void keep(TableName table, RowKey key) {
        var size = size(key);
        if (bytes + size > bytesMax) {
            count(1);
        } else if (keys.computeIfAbsent(table, t -> new LinkedHashSet<>()).add(key.alone())) {
            kept++;
            bytes += size;
        }
    }

    private static long size(RowKey key) {
        var size = BYTES_PER_KEY;
        for (var column = 0; column < key.width(); column++) {
            size += BYTES_PER_VALUE + key.row().length(column);
        }
        return size;
    }

    /** Hands over what was collected and goes on with nothing. */
    public synchronized Touched take() {
        var all = new HashMap<TableName, Set<RowKey>>();
        keys.forEach((table, of) -> all.put(table, Set.copyOf(of)));
        var taken = new Touched(all, unkept);
        clear();
        return taken;
    }

    /** Takes rows back that are to be looked at again. */
    public synchronized void again(Touched rows) {
        rows.keys().forEach((table, of) -> of.forEach(key -> keep(table, key)));
        count(rows.unkept());
    }

    public synchronized int kept() {
        return kept;
    }
}
