package godwit.postgres.move;

import godwit.Problem;
import godwit.move.RowKey;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.TouchedCheck;
import godwit.postgres.apply.TouchedRows;
import godwit.postgres.apply.TouchedRows.Touched;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares, for a switch, the rows that were written since the verification before it.
 *
 * <p>Most are compared just before the fence, both sides live: a row that is alike then needs no second look unless it
 * is written again, which is noted. What is left is compared under the fence, as far as the time allows.
 */
final class LastRows implements AutoCloseable {
    private static final int ROUNDS_MAX = 4;
    private static final int UNDER_FENCE_WANTED = 300;
    private static final int UNDER_FENCE_MAX = 3_000;

    private final TouchedRows touched;
    private final TouchedCheck check;
    private long before;
    private long under;
    private long unchecked;

    private LastRows(TouchedRows touched, TouchedCheck check) {
        this.touched = touched;
        this.check = check;
    }

    /** Opens the sessions that it needs, and compares what has come so far. */
    static LastRows prepare(MoveContext context, Streams streams, Side from) {
        var tables = streams.tables();
        var here = context.open(from, "check");
        var check = check(context, tables, from, here);
        var last = new LastRows(streams.from(from).touched(), check);
        last.compareWhileLive();
        check.hurry();
        return last;
    }

    private static TouchedCheck check(MoveContext context, List<Table> tables, Side from, Session here) {
        var rows = context.rows();
        try {
            return new TouchedCheck(
                    new TouchedCheck.Of(here, rows.on(from, from, tables)),
                    new TouchedCheck.Of(context.open(from.other(), "check"), rows.on(from.other(), from, tables)),
                    tables.stream().allMatch(Table::isBinary));
        } catch (RuntimeException e) {
            here.abort();
            throw e;
        }
    }

    private void compareWhileLive() {
        for (var round = 0; round < ROUNDS_MAX && (round == 0 || touched.kept() > UNDER_FENCE_WANTED); round++) {
            var taken = touched.take();
            before += taken.size();
            var unlike = new HashMap<TableName, Set<RowKey>>();
            var looked = check.look(lists(taken));
            looked.differing().forEach(d -> unlike.put(d.table(), new HashSet<>(d.keys())));
            looked.locked().forEach(table -> unlike.put(table, taken.keys().get(table)));
            touched.again(new Touched(unlike, taken.unkept()));
        }
    }

    /** Refuses the switch when rows differ now that everything has been applied. */
    void requireAlike() {
        var taken = touched.take();
        var some = firstOf(taken);
        var looked = check.look(some);
        looked.locked().forEach(some::remove);
        under = some.values().stream().mapToLong(List::size).sum();
        unchecked = taken.unkept() + taken.size() - under;
        if (!looked.differing().isEmpty()) {
            throw unlike(looked.differing());
        }
    }

    /** Takes as long as {@link #requireAlike} and refuses nothing: both sides are live. */
    void rehearse() {
        var taken = touched.take();
        check.look(firstOf(taken));
        touched.again(taken);
    }

    private static Map<TableName, List<RowKey>> lists(Touched taken) {
        var lists = new HashMap<TableName, List<RowKey>>();
        taken.keys().forEach((table, keys) -> lists.put(table, List.copyOf(keys)));
        return lists;
    }

    private static Map<TableName, List<RowKey>> firstOf(Touched taken) {
        var some = new HashMap<TableName, List<RowKey>>();
        var left = UNDER_FENCE_MAX;
        for (var of : lists(taken).entrySet()) {
            var keys = of.getValue().subList(0, Math.min(left, of.getValue().size()));
            left -= keys.size();
            if (!keys.isEmpty()) {
                some.put(of.getKey(), keys);
            }
        }
        return some;
    }

    private static RuntimeException unlike(List<TouchedCheck.Differing> differing) {
        var objects = new ArrayList<String>();
        differing.forEach(d -> d.names().forEach(name -> objects.add(d.table().plain() + " " + name)));
        return Problem.of(
                        "differences-open",
                        "%d rows that were written since the verification differ between the sides."
                                .formatted(differing.stream()
                                        .mapToLong(d -> d.keys().size())
                                        .sum()),
                        "See them with godwit verify, mend them with godwit repair, then switch again.")
                .withObjects(objects.stream().limit(100).toList())
                .asException();
    }

    /** Whether all that was written since the verification has been compared. */
    boolean isComplete() {
        return unchecked == 0;
    }

    /** How many rows were compared and how many could not be. */
    Map<String, Object> account() {
        var account = new LinkedHashMap<String, Object>();
        account.put("beforeFence", before);
        account.put("underFence", under);
        account.put("unchecked", unchecked);
        return account;
    }

    @Override
    public void close() {
        check.close();
    }
}
