package godwit.postgres.apply;

import godwit.Problem;
import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
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
    private final Map<TableName, Table> known = new HashMap<>();
    private final Map<TableName, TargetTable> targets = new HashMap<>();
    private final Map<Integer, TargetTable> byRelation = new HashMap<>();

    StreamTables(Session session, List<Table> tables) {
        this.session = session;
        tables.forEach(table -> known.put(table.name(), table));
    }

    /** Takes a table's shape from the stream; one that differs from the planned shape is a Problem. */
    void describe(Message.Relation relation) {
        var table = known.get(relation.table());
        if (table == null) {
            byRelation.remove(relation.id());
            return;
        }
        requireSameShape(table, relation);
        byRelation.put(relation.id(), target(table));
    }

    private TargetTable target(Table table) {
        var number = targets.size();
        return targets.computeIfAbsent(table.name(), name -> TargetTable.read(session, table, number));
    }

    /** The table of a relation number; null when it is not part of the move. */
    @Nullable
    TargetTable of(int relation) {
        return byRelation.get(relation);
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
