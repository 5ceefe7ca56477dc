package godwit.testkit.fake;

import godwit.Problem;
import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.RowKey;
import godwit.move.TableChanges;
import godwit.move.Tuple;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The changes of some transactions as they are written to the side that follows: what core's nets come to. */
final class FakeBatch {
    private final Rows follower;
    private final Map<FakeTable, TableChanges> changes = new EnumMap<>(FakeTable.class);
    private final List<Write> writes = new ArrayList<>();

    /** @param follower the contents that the batch is applied to; not changed */
    FakeBatch(Rows follower) {
        this.follower = follower.copy();
    }

    /** Takes a change over in the form in which a stream tells of it. */
    void take(Write change) {
        switch (change) {
            case Write.Insert i -> of(i.table()).insert(i.row());
            case Write.Update u ->
                of(u.table()).update(oldImage(u), !u.table().keyed(), newImage(u.before(), u.after()));
            case Write.Delete d -> of(d.table()).delete(d.before());
            case Write.Truncate t -> {
                net();
                write(t);
            }
            case Write.Rewrite r -> {}
            case Write.Put p -> {}
            case Write.Remove r -> {}
        }
    }

    private TableChanges of(FakeTable table) {
        return changes.computeIfAbsent(table, FakeTable::emptyChanges);
    }

    /** The old key when it changed, the whole old row of a table without a key, else nothing. */
    private static @Nullable Tuple oldImage(Write.Update update) {
        if (!update.table().keyed()) {
            return update.before();
        }
        var same = update.before().key(FakeTable.KEY).equals(update.after().key(FakeTable.KEY));
        return same ? null : keyOnly(update.before());
    }

    private static Tuple keyOnly(Tuple row) {
        return new Tuple(new byte[][] {row.value(FakeTable.ID), Tuple.NULL, Tuple.NULL});
    }

    /** The new row without the body, if that is stored out of line and did not change. */
    private static Tuple newImage(Tuple before, Tuple after) {
        var body = before.value(FakeTable.BODY) == after.value(FakeTable.BODY)
                ? Tuple.UNCHANGED
                : after.value(FakeTable.BODY);
        return new Tuple(new byte[][] {after.value(FakeTable.ID), after.value(FakeTable.UNIQUE), body});
    }

    /** All that is to be written, in order. */
    List<Write> writes() {
        net();
        return List.copyOf(writes);
    }

    private void net() {
        changes.forEach((table, net) -> {
            switch (net) {
                case KeyedChanges keyed -> write(table, keyed);
                case KeylessChanges keyless -> write(table, keyless);
            }
        });
        changes.clear();
    }

    private void write(FakeTable table, KeyedChanges net) {
        var before = new HashMap<RowKey, Tuple>();
        for (var key : net.replaced()) {
            follower.byKey(table, key).ifPresent(row -> {
                before.put(key, row);
                write(new Write.Delete(table, row));
            });
        }
        for (var last : net.finals()) {
            var base = last.base();
            var row = base == null ? last.row() : last.row().completedFrom(present(table, before.get(base)));
            write(new Write.Insert(table, row, 0));
        }
    }

    private void write(FakeTable table, KeylessChanges net) {
        net.copies().forEach((key, count) -> {
            var row = tuple(key);
            for (var copy = 0; copy < count; copy++) {
                write(new Write.Insert(table, row, 0));
            }
            for (var copy = 0; copy < -count; copy++) {
                write(new Write.Delete(table, present(table, follower.has(table, row) ? row : null)));
            }
        });
    }

    private static Tuple tuple(RowKey whole) {
        return new Tuple(new byte[][] {whole.value(0), whole.value(1), whole.value(2)});
    }

    private static Tuple present(FakeTable table, @Nullable Tuple row) {
        if (row == null) {
            throw Problem.of("row-missing", "A row that the stream changes is missing in " + table.name() + ".", "")
                    .asException();
        }
        return row;
    }

    private void write(Write write) {
        follower.apply(write);
        writes.add(write);
    }
}
