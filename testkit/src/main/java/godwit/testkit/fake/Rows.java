package godwit.testkit.fake;

import static godwit.testkit.fake.FakeTable.ID;
import static godwit.testkit.fake.FakeTable.UNIQUE;

import godwit.move.RowKey;
import godwit.move.Tuple;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/** The contents of a fake database: rows by table, and what Godwit keeps there. */
public final class Rows {
    /** Equal rows and the places where their copies lie. */
    private record Copies(Tuple row, List<Integer> places) {}

    private static final int[][] COLUMN = {{ID}, {UNIQUE}};

    private final Map<FakeTable, Map<RowKey, Copies>> tables = new EnumMap<>(FakeTable.class);
    private final Map<List<Object>, Tuple> unique = new HashMap<>();
    private final Map<FakeTable, Integer> files = new EnumMap<>(FakeTable.class);
    private final Map<String, Object> notes = new LinkedHashMap<>();
    private long hash;

    public Rows() {
        FakeTable.ALL.forEach(table -> tables.put(table, new LinkedHashMap<>()));
    }

    public Rows copy() {
        var copy = new Rows();
        tables.forEach((table, rows) -> rows.forEach((key, copies) ->
                copy.rowsOf(table).put(key, new Copies(copies.row(), new ArrayList<>(copies.places())))));
        copy.unique.putAll(unique);
        copy.files.putAll(files);
        copy.notes.putAll(notes);
        copy.hash = hash;
        return copy;
    }

    public void apply(Write write) {
        switch (write) {
            case Write.Insert i -> add(i.table(), i.row(), i.place());
            case Write.Update u -> {
                take(u.table(), u.before());
                add(u.table(), u.after(), u.place());
            }
            case Write.Delete d -> take(d.table(), d.before());
            case Write.Truncate t -> {
                new ArrayList<>(of(t.table())).forEach(row -> take(t.table(), row));
                files.merge(t.table(), 1, Integer::sum);
            }
            case Write.Rewrite r -> rewrite(r.table());
            case Write.Put p -> notes.put(p.note(), p.value());
            case Write.Remove r -> notes.remove(r.note());
        }
    }

    private Map<RowKey, Copies> rowsOf(FakeTable table) {
        return tables.getOrDefault(table, Map.of());
    }

    private void add(FakeTable table, Tuple row, int place) {
        if (table.keyed()) {
            index(table, row, ID);
            index(table, row, UNIQUE);
        }
        rowsOf(table)
                .computeIfAbsent(row.wholeRow(), key -> new Copies(row, new ArrayList<>()))
                .places()
                .add(place);
        hash += hashOf(table, row);
    }

    private void index(FakeTable table, Tuple row, int column) {
        if (unique.putIfAbsent(entry(table, row, column), row) != null) {
            throw new IllegalStateException("duplicate key in " + table.name());
        }
    }

    private static List<Object> entry(FakeTable table, Tuple row, int column) {
        return List.of(table, column, row.key(COLUMN[column]));
    }

    private void take(FakeTable table, Tuple row) {
        var copies = rowsOf(table).get(row.wholeRow());
        if (copies == null) {
            throw new IllegalStateException("no such row in " + table.name());
        }
        copies.places().removeFirst();
        if (copies.places().isEmpty()) {
            rowsOf(table).remove(row.wholeRow());
        }
        if (table.keyed()) {
            unique.remove(entry(table, row, ID));
            unique.remove(entry(table, row, UNIQUE));
        }
        hash -= hashOf(table, row);
    }

    private void rewrite(FakeTable table) {
        rowsOf(table).values().forEach(copies -> copies.places().replaceAll(place -> 0));
        files.merge(table, 1, Integer::sum);
    }

    private static long hashOf(FakeTable table, Tuple row) {
        var mixed = (table.name().hashCode() * 31L + row.wholeRow().hashCode()) * 0x9E3779B97F4A7C15L;
        return (mixed ^ mixed >>> 29) * 0xBF58476D1CE4E5B9L;
    }

    /** The rows of a table, equal ones as often as they are there. */
    public List<Tuple> of(FakeTable table) {
        return in(table, place -> true);
    }

    List<Tuple> in(FakeTable table, IntPredicate place) {
        var all = new ArrayList<Tuple>();
        for (var copies : rowsOf(table).values()) {
            copies.places().stream().filter(place::test).forEach(p -> all.add(copies.row()));
        }
        return all;
    }

    public Optional<Tuple> byKey(FakeTable table, RowKey key) {
        return Optional.ofNullable(unique.get(List.of(table, ID, key)));
    }

    boolean has(FakeTable table, Tuple row) {
        return rowsOf(table).containsKey(row.wholeRow());
    }

    public boolean hasValue(FakeTable table, int column, int value) {
        var key = new Tuple(new byte[][] {FakeTable.bytes(value)}).key(new int[] {0});
        return unique.containsKey(List.of(table, column, key));
    }

    /** The number of the table's file: another after each truncate and rewrite. */
    int file(FakeTable table) {
        return files.getOrDefault(table, 0);
    }

    /** How often each row is there, by its text; for comparisons and messages. */
    public Map<String, Integer> counted(FakeTable table) {
        var counted = new HashMap<String, Integer>();
        for (var copies : rowsOf(table).values()) {
            var row = copies.row();
            var text = "%d,%d,%d"
                    .formatted(
                            FakeTable.number(row, ID),
                            FakeTable.number(row, UNIQUE),
                            FakeTable.number(row, FakeTable.BODY));
            counted.put(text, copies.places().size());
        }
        return counted;
    }

    public Map<String, Object> notes() {
        return notes;
    }

    /** Equal for equal rows in all tables, whatever their order, places and notes. */
    public long hash() {
        return hash;
    }
}
