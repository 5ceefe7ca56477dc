package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.OutsideRows;
import godwit.postgres.largeobjects.CarriedObjects;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;

/** Takes away what a run made, at its end. */
final class Removal {
    /** The ledger's tables that serve a run while it goes on. */
    private static final List<String> WORK = List.of(
            "large_object",
            "key_range",
            "row_again",
            "chunk",
            "table_copy",
            "made",
            "progress",
            "shape",
            "setting",
            "worker");

    private final MoveContext context;

    Removal(MoveContext context) {
        this.context = context;
    }

    /**
     * Ends the run with the writes on the target: only the ledger's history stays. Tells whether the source is sealed.
     *
     * <p>Where it is to be and cannot be, its gate stays: else whoever still came there would write what nobody sees.
     */
    boolean contract(boolean leaveWritable) {
        var sealed = !leaveWritable && new Seal(context).close();
        var slots = new Slots(context);
        slots.drop(Side.SOURCE);
        slots.drop(Side.TARGET);
        unguard(Side.TARGET);
        if (sealed || leaveWritable) {
            unguard(Side.SOURCE);
        }
        leaveSource();
        forgetWork();
        return sealed;
    }

    /** The same where the source is gone for good: what the run has there stays there. */
    void contractWithoutSource() {
        new Slots(context).drop(Side.TARGET);
        unguard(Side.TARGET);
        forgetWork();
    }

    /** What stays is history: the run, its events and verifications, its file, and the requests with their answers. */
    private void forgetWork() {
        try (var target = context.open(Side.TARGET, "remove")) {
            target.transaction(t -> {
                WORK.forEach(table -> delete(t, table));
                KnownShape.ofTarget(context).forget(t);
                return true;
            });
        }
    }

    private void delete(Session session, String table) {
        session.execute("DELETE FROM godwit." + new Identifier(table).sql() + " WHERE run = ?", context.run());
    }

    /** Refuses, with nothing changed, where others have hung on the run's objects what holds rows or shows them. */
    void requirePossible(boolean keepTarget) {
        if (!keepTarget) {
            try (var target = context.open(Side.TARGET, "look")) {
                new Dependents(context.run()).requireNone(target);
            }
        }
    }

    /** Ends the run as if it had never been. */
    void remove(boolean keepTarget) {
        var slots = new Slots(context);
        slots.drop(Side.SOURCE);
        slots.drop(Side.TARGET);
        unguard(Side.SOURCE);
        leaveSource();
        try (var target = context.openApplying(Side.TARGET, "remove")) {
            if (!keepTarget) {
                new CarriedObjects(context.run()).remove(target);
                empty(target);
                new Made(context.run()).undo(target);
            }
        }
        // Not before the tables go: a client that still comes here would write into them.
        unguard(Side.TARGET);
        forget();
    }

    /** Prepared tables were empty, and are again; other tables may refer to them, so each row is deleted. */
    private void empty(Session target) {
        if (context.isPrepared()) {
            for (var table : copied(target)) {
                Patience.retry(target, () -> target.execute("DELETE FROM ONLY " + table.sql()));
            }
        }
    }

    private List<TableName> copied(Session target) {
        return target.query(
                "SELECT schema_name, table_name FROM godwit.table_copy WHERE run = ?",
                row -> TableName.of(row.getString(1), row.getString(2)),
                context.run());
    }

    private void unguard(Side side) {
        var gate = context.gate(side);
        try (var session = context.open(side, "remove")) {
            for (var table : gate.guarded(session)) {
                Patience.inTurns(session, () -> {
                    gate.unguard(session, table);
                    return true;
                });
            }
            gate.drop(session);
        }
    }

    private void leaveSource() {
        try (var session = context.open(Side.SOURCE, "remove")) {
            if (session.is("SELECT to_regclass('godwit.progress') IS NOT NULL")) {
                session.execute("DELETE FROM godwit.progress WHERE run = ?", context.run());
            }
            new OutsideRows(context.run()).forget(session);
            OwnSchema.leave(session, context.run());
        }
    }

    private void forget() {
        try (var target = context.open(Side.TARGET, "remove")) {
            // Dropped without a row deleted before: whoever asks how it stands would wait for that row, and this for
            // them.
            if (OwnSchema.leave(target, context.run())) {
                return;
            }
            target.transaction(t -> {
                WORK.forEach(table -> delete(t, table));
                delete(t, "request");
                delete(t, "move_file");
                delete(t, "verification");
                KnownShape.ofTarget(context).forget(t);
                return t.execute("DELETE FROM godwit.run WHERE id = ?", context.run());
            });
        }
    }
}
