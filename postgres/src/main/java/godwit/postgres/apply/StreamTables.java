package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.Side;
import godwit.move.TableChanges;
import godwit.postgres.Session;
import godwit.postgres.capture.Message;
import godwit.schema.Column;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables that a stream names by number. */
final class StreamTables {
    private final Session session;
    private final StreamStart start;
    private final Map<TableName, Table> known;
    private final Map<TableName, TargetTable> targets;
    private final Map<Integer, @Nullable TargetTable> byRelation = new HashMap<>();
    private final @Nullable StreamTables outer;

    /** @param session of the applying side */
    StreamTables(Session session, StreamStart start) {
        this.session = session;
        this.start = start;
        this.known = new HashMap<>();
        this.targets = new HashMap<>();
        this.outer = null;
        start.tables().forEach(table -> known.put(table.name(), table));
    }

    private StreamTables(StreamTables outer) {
        this.session = outer.session;
        this.start = outer.start;
        this.known = outer.known;
        this.targets = outer.targets;
        this.outer = outer;
    }

    /** The tables as a transaction that has not ended sees them: what it is told of is not true for others yet. */
    StreamTables within() {
        return new StreamTables(this);
    }

    /** Takes over what a transaction was told of that has committed: it will not be told again. */
    void learn(StreamTables committed) {
        byRelation.putAll(committed.byRelation);
    }

    /**
     * Takes a table's shape from the stream; one that differs from the planned shape is a Problem, but for columns that
     * were added to a table of the target.
     */
    void describe(Message.Relation relation) {
        var table = known.get(relation.table());
        if (table == null) {
            forget(relation);
            return;
        }
        requireSameShape(table, relation);
        byRelation.put(relation.id(), target(table));
    }

    /** From now on the relation number means no table of the move. */
    void forget(Message.Relation relation) {
        byRelation.put(relation.id(), null);
    }

    /** What was told of a relation number inside a transaction was taken back: it means what it meant before. */
    void forgetWithin(int relation) {
        byRelation.remove(relation);
    }

    private TargetTable target(Table table) {
        var number = targets.size();
        return targets.computeIfAbsent(table.name(), name -> TargetTable.read(session, table, number, start));
    }

    /**
     * The table of a relation number; null when it is not part of the move.
     *
     * @throws GodwitException when the stream has not told what the number means: a change that is passed over for that
     *     would be lost. The server tells it again when the stream is opened again
     */
    @Nullable
    TargetTable of(int relation) {
        if (byRelation.containsKey(relation)) {
            return byRelation.get(relation);
        }
        if (outer == null) {
            throw new GodwitException(
                    Problem.of(
                            "stream-failed",
                            "The stream brought a change of a table that it has not described.",
                            "It is opened again."),
                    Retry.LATER,
                    new IllegalStateException("relation " + relation));
        }
        return outer.of(relation);
    }

    static TableChanges emptyChanges(TargetTable table) {
        return table.table().hasKey() ? new KeyedChanges(table.key()) : new KeylessChanges();
    }

    private void requireSameShape(Table table, Message.Relation relation) {
        var planned = table.stored().stream().map(c -> c.name().name()).toList();
        var found =
                relation.columns().stream().map(Message.RelationColumn::name).toList();
        if (!planned.equals(found) && !hasOnlyMore(planned, found)) {
            throw changed(table, "The columns of %s are not those that the move began with.".formatted(table.name()));
        }
        relation.columns().stream().limit(planned.size()).forEach(column -> requireSameType(table, column));
    }

    /**
     * The target's application goes on with columns that it has added; the way back brings those that both sides have.
     * Whoever would let the writes go back looks for what is left behind.
     */
    private boolean hasOnlyMore(List<String> planned, List<String> found) {
        return start.followed() == Side.TARGET
                && found.size() > planned.size()
                && found.subList(0, planned.size()).equals(planned);
    }

    /** Values of another type may have as many bytes, and would be written as what they are not. */
    private void requireSameType(Table table, Message.RelationColumn column) {
        var planned = table.column(column.name()).map(Column::type).orElse("");
        var found = start.numbers().typeName(column.typeId(), column.typeModifier());
        if (!planned.equals(found)) {
            throw changed(
                    table,
                    "The column %s of %s is of type %s now; the move began with %s."
                            .formatted(column.name(), table.name(), found, planned));
        }
    }

    private RuntimeException changed(Table table, String message) {
        return Problem.of(
                        "source-schema-changed",
                        message,
                        start.followed() == Side.SOURCE
                                ? "Roll the run back and start it again; undoing the change at the source helps only where no row was written since."
                                : "Undo the change at the target and start again; there is no way back before.")
                .withObjects(List.of(table.name().plain()))
                .asException();
    }
}
