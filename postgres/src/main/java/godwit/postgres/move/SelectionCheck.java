package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.catalog.Lineages;
import godwit.schema.Column;
import godwit.schema.ReplicaIdentity;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;

/** Finds whether the file's {@code include}, {@code exclude} and {@code where} can be kept to the letter. */
final class SelectionCheck {
    /** Partitions that stay behind while others of their parent go, with the parent's default partition, if any. */
    private static final String PARTITIONS = """
            SELECT cn.nspname, c.relname, pn.nspname, p.relname, dn.nspname, d.relname
            FROM pg_catalog.pg_inherits i
            JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
            JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = i.inhparent
            JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
            LEFT JOIN pg_catalog.pg_class d ON d.oid = t.partdefid AND d.oid <> c.oid
            LEFT JOIN pg_catalog.pg_namespace dn ON dn.oid = d.relnamespace ORDER BY 1, 2""";

    /* By the catalog, since a name in a schema that is closed to Godwit's role would be an error. */
    private static final String KNOWN = """
            SELECT count(*) > 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?""";

    private final MoveContext context;
    private final Session source;
    private final Lineages lineages;
    private final List<Finding> findings = new ArrayList<>();

    SelectionCheck(MoveContext context, Session source) {
        this.context = context;
        this.source = source;
        this.lineages = Lineages.read(source);
    }

    /** @param tables the tables that are moved, with their selections as far as these are usable */
    List<Finding> findings(List<Table> tables) {
        named();
        findings.addAll(RowConditions.read(source, context.spec().rows()).findings());
        context.spec().rows().keySet().forEach(table -> requireMoved(table, tables));
        tables.forEach(this::identity);
        partitions();
        findings.addAll(new SelectedReferences(context, source, lineages).findings(tables));
        return List.copyOf(findings);
    }

    private void named() {
        var named = new ArrayList<>(context.spec().tables().include());
        named.addAll(context.spec().tables().exclude());
        named.addAll(context.spec().rows().keySet());
        for (var table : named) {
            if (!exists(table)) {
                findings.add(Finding.blocking(
                        "table-unknown",
                        "The file names %s, which the source does not have.".formatted(table),
                        "Check the name; names in upper case keep their case.",
                        table.plain()));
            }
        }
    }

    private boolean exists(TableName table) {
        return source.is(KNOWN, table.schema().name(), table.name().name());
    }

    private void requireMoved(TableName table, List<Table> tables) {
        var selects =
                tables.stream().anyMatch(moved -> lineages.of(moved.name()).contains(table));
        if (!selects && exists(table)) {
            findings.add(Finding.blocking(
                    "where-without-table",
                    "The file selects rows of %s, which does not go along.".formatted(table),
                    "Take the condition out, or let the table go along.",
                    table.plain()));
        }
    }

    /**
     * An update may bring a row into the selection, and the log leaves out values that are stored out of line and did not
     * change, unless the old row is logged whole.
     */
    private void identity(Table table) {
        if (!table.selection().isAll()
                && table.identity() != ReplicaIdentity.FULL
                && table.stored().stream().anyMatch(Column::toastable)) {
            findings.add(Finding.blocking(
                    "where-needs-full-identity",
                    "Rows of %s are selected, and its log does not always have all that a row is."
                            .formatted(table.name()),
                    "ALTER TABLE … REPLICA IDENTITY FULL at the source, for each partition by itself.",
                    table.name().plain()));
        }
    }

    private record Partition(TableName name, TableName parent, List<TableName> others) {}

    private void partitions() {
        var taken = lineages.taken(context.spec().tables());
        var left = source
                .query(
                        PARTITIONS,
                        row -> new Partition(
                                TableName.of(row.getString(1), row.getString(2)),
                                TableName.of(row.getString(3), row.getString(4)),
                                row.getString(6) == null
                                        ? List.of()
                                        : List.of(TableName.of(row.getString(5), row.getString(6)))))
                .stream()
                .filter(partition -> taken.test(partition.parent()) && !taken.test(partition.name()))
                .toList();
        for (var partition : left) {
            var isTakenByDefault = partition.others().stream().anyMatch(taken);
            findings.add(isTakenByDefault ? unsound(partition) : leftOut(partition));
        }
    }

    private static Finding unsound(Partition partition) {
        return Finding.blocking(
                "partition-needed",
                "Without %s its rows would go to the default partition of %s on the target, and not come back."
                        .formatted(partition.name(), partition.parent()),
                "Exclude the default partition too, or let this one go along.",
                partition.name().plain());
    }

    private static Finding leftOut(Partition partition) {
        return Finding.warning(
                "partition-left-out",
                "%s stays behind, so the target's %s will refuse rows that belong there."
                        .formatted(partition.name(), partition.parent()),
                "That is as the file says; let it go along if applications need it after the switch.",
                partition.name().plain());
    }
}
