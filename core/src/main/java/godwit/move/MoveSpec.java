package godwit.move;

import godwit.schema.TableName;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a move file says: which databases, which tables and rows, how writes change sides, and the limits.
 *
 * @param name the run's name, unique among the runs of one target that have not ended
 * @param source where the source's URL is found
 * @param target where the target's URL is found
 * @param tables which tables go along
 * @param rows conditions in SQL by which rows are selected, for each table that has one, as people wrote them
 * @param switching how writes change sides
 * @param limits bounds on memory, time, log and load
 * @param conduct how it goes about its work
 */
public record MoveSpec(
        String name,
        UrlReference source,
        UrlReference target,
        TableSelection tables,
        Map<TableName, String> rows,
        SwitchSpec switching,
        MoveLimits limits,
        Conduct conduct) {
    public MoveSpec {
        rows = Map.copyOf(rows);
    }

    /** A move that goes about its work as usual. */
    public MoveSpec(
            String name,
            UrlReference source,
            UrlReference target,
            TableSelection tables,
            Map<TableName, String> rows,
            SwitchSpec switching,
            MoveLimits limits) {
        this(name, source, target, tables, rows, switching, limits, Conduct.usual(limits));
    }

    /** Whether the database's large objects go along, which only those of a whole database do. */
    public boolean carriesLargeObjects() {
        return tables.include().isEmpty() && conduct.largeObjects() == Conduct.LargeObjectChoice.CARRY;
    }

    /** The same move, with its target's URL found elsewhere. */
    public MoveSpec at(UrlReference otherTarget) {
        return new MoveSpec(name, source, otherTarget, tables, rows, switching, limits, conduct);
    }

    /**
     * Which tables a move takes. A name stands for the table and all partitions below it.
     *
     * @param include when not empty, only these
     * @param exclude never these
     */
    public record TableSelection(List<TableName> include, List<TableName> exclude) {
        public static final TableSelection ALL = new TableSelection(List.of(), List.of());

        public TableSelection {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }

        /**
         * Whether a table goes along.
         *
         * @param lineage the table and, if it is a partition, all that it is a partition of, at any depth
         */
        public boolean takes(Collection<TableName> lineage) {
            return (include.isEmpty() || lineage.stream().anyMatch(include::contains))
                    && lineage.stream().noneMatch(exclude::contains);
        }
    }
}
