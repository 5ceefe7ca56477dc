package godwit.postgres.verify;

import godwit.schema.Identifier;
import godwit.schema.Table;
import godwit.schema.TableName;
import godwit.verify.OtherDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Puts the tables of both sides together and tells what cannot be. */
final class Pairing {
    private final Map<TableName, Relation> leader;
    private final Map<TableName, Relation> follower;
    private final List<ComparedTable> tables = new ArrayList<>();
    private final List<OtherDifference> differences = new ArrayList<>();

    Pairing(List<Table> tables, Map<TableName, Relation> leader, Map<TableName, Relation> follower) {
        this.leader = leader;
        this.follower = follower;
        tables.forEach(this::pair);
        // Biggest first, so that no big one is left alone at the end.
        this.tables.sort(Comparator.comparingLong(ComparedTable::bytes).reversed());
    }

    List<ComparedTable> tables() {
        return List.copyOf(tables);
    }

    List<OtherDifference> differences() {
        return List.copyOf(differences);
    }

    private void pair(Table table) {
        var here = leader.get(table.name());
        var there = follower.get(table.name());
        if (here == null || there == null) {
            tell("table-missing", table.name().plain(), "is not on the " + (here == null ? "leader" : "follower"));
        } else if (!here.holdsRows() || !there.holdsRows()) {
            tell("table-kind", table.name().plain(), "is an ordinary table on one side only");
        } else {
            tellColumns(table.name(), here, there);
            tables.add(compared(table, here, there));
        }
    }

    private static ComparedTable compared(Table table, Relation here, Relation there) {
        var common = here.types().keySet().stream()
                .filter(there.types()::containsKey)
                .map(Identifier::new)
                .toList();
        var key = common.containsAll(table.key()) ? table.key() : List.<Identifier>of();
        return new ComparedTable(table, common, key, here, there);
    }

    private void tellColumns(TableName table, Relation here, Relation there) {
        here.types().forEach((name, type) -> {
            var other = there.types().get(name);
            var column = table.plain() + "." + name;
            if (other == null) {
                tell("column-missing", column, "is not on the follower");
            } else if (!other.equals(type)) {
                tell("column-type", column, "is %s on the leader and %s on the follower".formatted(type, other));
            }
        });
        there.types().keySet().stream()
                .filter(name -> !here.types().containsKey(name))
                .forEach(name -> tell("column-extra", table.plain() + "." + name, "is not on the leader"));
    }

    private void tell(String kind, String object, String message) {
        differences.add(new OtherDifference(kind, object, message));
    }
}
