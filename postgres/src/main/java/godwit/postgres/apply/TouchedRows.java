package godwit.postgres.apply;

import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.RowKey;
import godwit.move.TableChanges;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private Map<TableName, TableFile> files = Map.of();
    /** The last transaction that emptied a table, of those that the stream has brought. */
    private final Map<TableName, Integer> emptied = new HashMap<>();

    /** Tables with rows that were written since it began and are not known by their keys. */
    private final Set<TableName> unknown = new HashSet<>();

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
     * @param filesThen the numbers of the files in which the leader's tables lay at that moment
     */
    public synchronized void begin(Map<TableName, TableFile> filesThen) {
        collecting = true;
        proven = false;
        complete = true;
        files = Map.copyOf(filesThen);
        emptied.clear();
        unknown.clear();
        clear();
    }

    /** Some tables are compared once more, at a later moment, when they lie in these files. */
    public synchronized void beginAgain(Map<TableName, TableFile> filesThen) {
        var all = new HashMap<>(files);
        all.putAll(filesThen);
        files = Map.copyOf(all);
        emptied.keySet().removeAll(filesThen.keySet());
        unknown.removeAll(filesThen.keySet());
    }

    /** Both sides were alike at the moment at which this began. */
    public synchronized void proven() {
        proven = collecting;
    }

    /** Whether what has been written since both sides were found to be alike is known here. */
    public synchronized boolean isProven() {
        return proven && complete;
    }

    /**
     * The tables that lie in another file now, which no TRUNCATE in the stream explains.
     *
     * <p>What else the transaction of the TRUNCATE did, no log tells: it may have given its rows other values. They are seen
     * when they are compared by their keys, which are noted after its commit; a table with other rows counts as rewritten.
     * So does one that was described anew by a later transaction, and one that was emptied in a subtransaction which the
     * stream does not name.
     */
    public synchronized List<TableName> rewritten(Map<TableName, TableFile> filesNow) {
        return rewritten(filesNow, unknown);
    }

    /** The same without those that a TRUNCATE explains which may have been more, in the moment since they were looked at. */
    public synchronized List<TableName> surelyRewritten(Map<TableName, TableFile> filesNow) {
        return rewritten(filesNow, Set.of());
    }

    private List<TableName> rewritten(Map<TableName, TableFile> filesNow, Set<TableName> unexplained) {
        var rewritten = new ArrayList<TableName>();
        files.forEach((table, then) -> {
            var now = filesNow.getOrDefault(table, then);
            var isExplained = Objects.equals(emptied.get(table), now.describedBy()) && !unexplained.contains(table);
            if (now.number() != then.number() && !isExplained) {
                rewritten.add(table);
            }
        });
        return rewritten;
    }

    /** Those of some tables that were emptied since it began: each of their rows has to be compared. */
    public synchronized List<TableName> emptied(Collection<TableName> of) {
        return of.stream().filter(emptied::containsKey).toList();
    }

    synchronized void emptied(TableName table, int transaction) {
        emptied.put(table, transaction);
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
                leave(
                        table.table().name(),
                        keyed.replaced().size() + keyed.finals().size());
            case KeyedChanges keyed -> {
                var name = table.table().name();
                keyed.replaced().forEach(key -> keep(name, key));
                keyed.finals().forEach(row -> keep(name, row.row().key(table.key())));
            }
            case KeylessChanges keyless ->
                leave(table.table().name(), keyless.copies().size());
        }
    }

    /** Counts rows that were written in another way than one by one. */
    synchronized void count(TableName table, long rows) {
        leave(table, rows);
    }

    /** Counts what was written of tables that are not told. */
    synchronized void count(long rows) {
        leave(rows);
    }

    private void leave(TableName table, long rows) {
        leave(rows);
        if (rows > 0) {
            unknown.add(table);
        }
    }

    private void leave(long rows) {
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
            leave(table, 1);
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
        leave(rows.unkept());
    }

    public synchronized int kept() {
        return kept;
    }
}
