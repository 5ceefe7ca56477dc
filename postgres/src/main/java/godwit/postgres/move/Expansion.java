package godwit.postgres.move;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.OutsideRows;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaPhase;
import godwit.schema.Table;
import java.util.List;
import java.util.function.Predicate;

/** Prepares both sides: the source is listened to, and the target has the tables, guarded against other writers. */
final class Expansion {
    /** Never more than the server's people allow. */
    private static final String FEWER_WORKERS = """
            SELECT set_config('max_parallel_maintenance_workers',
                              least(current_setting('max_parallel_maintenance_workers')::int, ?)::text, false)""";

    private final MoveContext context;
    private final Slots slots;
    private final Made made;

    Expansion(MoveContext context) {
        this.context = context;
        this.slots = new Slots(context);
        this.made = new Made(context.run());
    }

    /** Publishes the tables and creates the slot; a slot that is there already was settled before it was written down. */
    Lsn listen(List<Table> tables) {
        slots.publish(Side.SOURCE, tables.stream().map(Table::name).toList());
        var progress = new StreamProgress(context.run(), MoveContext.direction(Side.SOURCE));
        try (var target = context.open(Side.TARGET, "prepare")) {
            var known = progress.read(target);
            if (known.isPresent()) {
                return known.get();
            }
            slots.dropSlot(Side.SOURCE);
            var settled = slots.createAndSettle(Side.SOURCE);
            progress.save(target, settled);
            return settled;
        }
    }

    /** Makes what a copy needs on the target; its tables are guarded. */
    void build(List<SchemaObject> objects) {
        try (var target = context.open(Side.TARGET, "gate")) {
            createGate(target, Side.TARGET);
        }
        make(objects, object -> object.phase() == SchemaPhase.BEFORE_DATA);
    }

    /** Those that are not made, or only in part. */
    List<SchemaObject> unmade(List<SchemaObject> objects) {
        try (var target = context.look(Side.TARGET)) {
            var there = made.among(target, objects);
            return objects.stream()
                    .filter(object -> !there.contains(Made.key(object)))
                    .toList();
        }
    }

    void make(List<SchemaObject> objects, Predicate<SchemaObject> wanted) {
        try (var target = context.openApplying(Side.TARGET, "schema")) {
            target.execute("SET maintenance_work_mem = '512MB'");
            make(target, objects, wanted);
        }
    }

    /**
     * Makes an index.
     *
     * @param parallel how many workers of the server's own may help at most, if the server's people allow them
     */
    void makeIndex(SchemaObject index, int parallel) {
        try (var target = context.openApplying(Side.TARGET, "schema")) {
            target.execute("SET maintenance_work_mem = '512MB'");
            target.query(FEWER_WORKERS, row -> row.getString(1), parallel);
            make(target, List.of(index), any -> true);
        }
    }

    private void make(Session target, List<SchemaObject> objects, Predicate<SchemaObject> wanted) {
        var there = made.among(target, objects);
        for (var object : objects) {
            if (wanted.test(object) && !there.contains(Made.key(object))) {
                object.parts().stream()
                        .filter(part -> !there.contains(Made.key(part)))
                        .forEach(part -> Patience.retry(target, () -> {
                            made.make(target, part);
                            return true;
                        }));
            }
        }
    }

    /** Puts the gate on every table of a side, root and leaf, one table at a time. */
    void guard(Side side) {
        var gate = context.gate(side);
        try (var session = context.open(side, "gate")) {
            createGate(session, side);
            if (side == Side.SOURCE) {
                session.execute(StreamProgress.TABLE);
                session.execute(OutsideRows.TABLE);
            }
            for (var table : new Gates(context).guardable(session)) {
                Patience.inTurns(session, () -> {
                    gate.guard(session, table);
                    return true;
                });
            }
        }
    }

    private void createGate(Session session, Side side) {
        context.gate(side)
                .create(
                        session,
                        context.exemption().word(),
                        context.spec().switching().fenceSecondsMax());
    }
}
