package godwit.testkit.fake;

import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.move.Tuple;
import godwit.schema.TableName;
import godwit.testkit.fake.Logged.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Copies the tables, each in chunks by place under one snapshot, which lives as long as the session that took it. */
final class FakeCopy {
    /** What the target knows about a table's copy. */
    private record Copied(Snapshot snapshot, boolean isDone) {}

    /** A snapshot that a session of the source holds. */
    private record Exported(Snapshot snapshot, int file, int connection) {}

    private final FakeProcess process;
    private final FakeDatabase source;
    private final FakeDatabase target;

    FakeCopy(FakeProcess process) {
        this.process = process;
        this.source = process.databases().source();
        this.target = process.databases().target();
    }

    /** The snapshots of the tables that are copied whole. */
    static Map<TableName, Snapshot> snapshots(FakeDatabase target) {
        var all = new HashMap<TableName, Snapshot>();
        for (var table : FakeTable.ALL) {
            if (target.notes().get(note(table)) instanceof Copied copied && copied.isDone()) {
                all.put(table.tableName(), copied.snapshot());
            }
        }
        return all;
    }

    static String note(FakeTable table) {
        return "copy of " + table.name();
    }

    void copy() {
        for (var table : FakeTable.ALL) {
            var done = process.effect(
                    Side.TARGET, "look at copy", () -> snapshots(target).containsKey(table.tableName()));
            while (!done) {
                done = copied(table);
            }
        }
    }

    private boolean copied(FakeTable table) {
        var exported = export(table);
        var begun = new Write.Put(note(table), new Copied(exported.snapshot(), false));
        process.does(
                Side.TARGET, "begin copy", () -> target.commit(Origin.ECHO, List.of(new Write.Truncate(table), begun)));
        for (var place = 0; place < FakeTable.PLACES; place++) {
            var chunk = read(table, place, process.makes(Mistake.SNAPSHOT_PER_CHUNK) ? export(table) : exported);
            if (file(table) != exported.file() && !process.makes(Mistake.NO_FILE_CHECK)) {
                return false;
            }
            write(table, chunk);
        }
        if (!process.makes(Mistake.COPY_NOT_FLUSHED)) {
            makeLasting(exported);
        }
        var finished = new Write.Put(note(table), new Copied(exported.snapshot(), true));
        process.does(Side.TARGET, "finish copy", () -> target.commit(Origin.GODWIT, List.of(finished)));
        return true;
    }

    private Exported export(FakeTable table) {
        return process.effect(Side.SOURCE, "export snapshot", () -> {
            var snapshot = source.snapshot();
            var file = source.seenUnder(snapshot).file(table);
            return new Exported(snapshot, file, process.connection(Side.SOURCE));
        });
    }

    private List<Tuple> read(FakeTable table, int place, Exported exported) {
        process.await(1000, () -> !source.gate().isLocked(table));
        return process.effect(Side.SOURCE, "read chunk", () -> {
            requireHeld(exported);
            return source.read(exported.snapshot(), table, place);
        });
    }

    private void requireHeld(Exported exported) {
        if (exported.connection() != process.connection(Side.SOURCE)) {
            throw FakeProcess.lost(Side.SOURCE);
        }
    }

    private int file(FakeTable table) {
        return process.effect(Side.SOURCE, "look at file", () -> source.rows().file(table));
    }

    private void write(FakeTable table, List<Tuple> chunk) {
        var writes = new ArrayList<Write>();
        chunk.forEach(row -> writes.add(new Write.Insert(table, row, 0)));
        process.does(Side.TARGET, "write chunk", () -> target.commit(Origin.ECHO, writes));
    }

    /** What the snapshot saw may not be taken back by a crash, or its transaction numbers are given again. */
    private void makeLasting(Exported exported) {
        process.does(Side.SOURCE, "make copy lasting", () -> {
            source.commit(Origin.GODWIT, List.of());
            requireHeld(exported);
        });
    }
}
