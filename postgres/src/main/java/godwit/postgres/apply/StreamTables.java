package godwit.postgres.apply;

import godwit.Problem;
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
    private final Side followed;
    private final Map<TableName, Table> known;
    private final Map<TableName, TargetTable> targets;
    private final Map<Integer, @Nullable TargetTable> byRelation = new HashMap<>();
    private final @Nullable StreamTables outer;

    /** @param followed the side whose stream it is */
    StreamTables(Session session, List<Table> tables, Side followed) {
        this.session = session;
        this.followed = followed;
        this.known = new HashMap<>();
        this.targets = new HashMap<>();
        this.outer = null;
        tables.forEach(table -> known.put(table.name(), table));
    }

    private StreamTables(StreamTables outer) {
        this.session = outer.session;
        this.followed = outer.followed;
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

    /** Takes a table's shape from the stream; one that differs from the planned shape is a Problem. */
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

    private TargetTable target(Table table) {
        var number = targets.size();
        return targets.computeIfAbsent(table.name(), name -> TargetTable.read(session, table, number, followed));
    }

    /** The table of a relation number; null when it is not part of the move. */
    @Nullable
    TargetTable of(int relation) {
        return outer == null || byRelation.containsKey(relation) ? byRelation.get(relation) : outer.of(relation);
    }

    static TableChanges emptyChanges(TargetTable table) {
        return table.table().hasKey() ? new KeyedChanges(table.key()) : new KeylessChanges();
    }

    private static void requireSameShape(Table table, Message.Relation relation) {
        var planned = table.stored().stream().map(c -> c.name().name()).toList();
        var found =
                relation.columns().stream().map(Message.RelationColumn::name).toList();
        var withoutGenerated = found.stream()
                .filter(name -> table.column(name).map(Column::generated).orElse(false) == false)
                .toList();
        if (!planned.equals(withoutGenerated) || found.size() != withoutGenerated.size()) {
            throw Problem.of(
                            "source-schema-changed",
                            "The columns of %s are not those that the move began with.".formatted(table.name()),
                            "Undo the change at the source or roll the run back and start it again.")
                    .withObjects(List.of(table.name().plain()))
                    .asException();
        }
    }
}
