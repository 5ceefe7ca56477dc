package godwit.postgres.copy;

import godwit.move.Lsn;
import godwit.move.RangeSnapshots;
import godwit.move.RowKey;
import godwit.move.Snapshot;
import godwit.move.Tuple;
import godwit.postgres.Session;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the target knows of tables that are copied by ranges of their keys: each range's snapshot, and rows read again. */
public record RangeLedger(UUID run) {
    public static final String RANGES = """
            CREATE TABLE IF NOT EXISTS godwit.key_range (
              run uuid NOT NULL, schema_name text NOT NULL, table_name text NOT NULL, number int NOT NULL, first bigint,
              snapshot text, position pg_lsn, PRIMARY KEY (run, schema_name, table_name, number))""";

    public static final String ROWS = """
            CREATE TABLE IF NOT EXISTS godwit.row_again (
              run uuid NOT NULL, schema_name text NOT NULL, table_name text NOT NULL, key text NOT NULL,
              snapshot text NOT NULL, position pg_lsn NOT NULL, PRIMARY KEY (run, schema_name, table_name, key))""";

    /** Marks the copies whose snapshots are those of their ranges. */
    private static final String BY_RANGE = "by range ";

    /** A name for one attempt to copy a table by ranges, which stands where the snapshot of others stands. */
    static String newAttempt() {
        return BY_RANGE + UUID.randomUUID();
    }

    static boolean isByRange(String snapshot) {
        return snapshot.startsWith(BY_RANGE);
    }

    /** The tables that are copied by ranges. */
    public Set<TableName> tables(Session target) {
        return new HashSet<>(target.query(
                "SELECT DISTINCT schema_name, table_name FROM godwit.key_range WHERE run = ?",
                row -> TableName.of(row.getString(1), row.getString(2)),
                run));
    }

    void forget(Session target, TableName table) {
        for (var what : List.of("key_range", "row_again")) {
            target.execute(
                    "DELETE FROM godwit." + what + " WHERE run = ? AND schema_name = ? AND table_name = ?",
                    run,
                    table.schema().name(),
                    table.name().name());
        }
    }

    void begin(Session target, TableName table, List<KeyRange> ranges) {
        for (var range : ranges) {
            target.execute(
                    "INSERT INTO godwit.key_range (run, schema_name, table_name, number, first) VALUES (?, ?, ?, ?, ?)",
                    run,
                    table.schema().name(),
                    table.name().name(),
                    range.number(),
                    range.first().isPresent() ? range.first().getAsLong() : null);
        }
    }

    /** The ranges that are not copied yet. */
    List<KeyRange> open(Session target, TableName table, KeyPlace place) {
        var cuts = new TreeSet<Long>();
        var copied = new HashSet<Integer>();
        rows(target, table).forEach(row -> {
            row.first().ifPresent(cuts::add);
            if (row.snapshot() != null) {
                copied.add(row.number());
            }
        });
        return KeyRange.of(cuts, place).stream()
                .filter(range -> !copied.contains(range.number()))
                .toList();
    }

    private record Row(
            int number, OptionalLong first, @Nullable String snapshot) {}

    private List<Row> rows(Session target, TableName table) {
        return target.query(
                """
                SELECT number, first, snapshot FROM godwit.key_range
                WHERE run = ? AND schema_name = ? AND table_name = ? ORDER BY number""",
                row -> {
                    var number = row.getLong(2);
                    var first = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
                    return new Row(row.getInt(1), first, row.getString(3));
                },
                run,
                table.schema().name(),
                table.name().name());
    }

    /** Notes a range's snapshot in the transaction that wrote its rows. */
    void note(Session target, TableName table, int number, String snapshot, Lsn position) {
        target.execute(
                """
                UPDATE godwit.key_range SET snapshot = ?, position = ?::pg_lsn
                WHERE run = ? AND schema_name = ? AND table_name = ? AND number = ?""",
                snapshot,
                position.toString(),
                run,
                table.schema().name(),
                table.name().name(),
                number);
    }

    /** Notes that a key's row is from now on as a reading saw it. */
    public void noteAgain(Session target, TableName table, RowKey key, Snapshot snapshot, Lsn position) {
        target.execute(
                """
                INSERT INTO godwit.row_again AS r (run, schema_name, table_name, key, snapshot, position)
                VALUES (?, ?, ?, ?, ?, ?::pg_lsn) ON CONFLICT (run, schema_name, table_name, key)
                DO UPDATE SET snapshot = excluded.snapshot, position = excluded.position""", run, table.schema().name(), table.name().name(), text(key), snapshot.text(), position.toString());
    }

    /** Behind this position every transaction is in no copy; zero when no table is copied by ranges. */
    public Lsn settledAt(Session target) {
        return Lsn.parse(target.text("""
                SELECT coalesce(greatest((SELECT max(position) FROM godwit.key_range WHERE run = ?),
                  (SELECT max(position) FROM godwit.row_again WHERE run = ?)), '0/0')::text""", run, run));
    }

    /** The snapshots of a table that is copied. */
    RangeSnapshots snapshots(Session target, Table table, KeyPlace place) {
        var byFirst = new TreeMap<Long, Snapshot>();
        for (var row : rows(target, table.name())) {
            byFirst.put(row.first().orElse(Long.MIN_VALUE), Snapshot.parse(String.valueOf(row.snapshot())));
        }
        var snapshots = new RangeSnapshots(place::of, byFirst);
        target.query(
                        "SELECT key, snapshot FROM godwit.row_again WHERE run = ? AND schema_name = ? AND table_name = ?",
                        row -> List.of(row.getString(1), row.getString(2)),
                        run,
                        table.name().schema().name(),
                        table.name().name().name())
                .forEach(row -> snapshots.readAgain(key(row.getFirst()), Snapshot.parse(row.getLast())));
        return snapshots;
    }

    private static String text(RowKey key) {
        return IntStream.range(0, key.width())
                .mapToObj(i -> HexFormat.of().formatHex(key.value(i)))
                .collect(Collectors.joining(" "));
    }

    private static RowKey key(String text) {
        var values = java.util.Arrays.stream(text.split(" ", -1))
                .map(HexFormat.of()::parseHex)
                .toArray(byte[][]::new);
        return new Tuple(values).wholeRow();
    }
}
