package godwit.postgres.move;

import godwit.GodwitException;
import godwit.postgres.Session;
import godwit.postgres.catalog.Lineages;
import godwit.postgres.verify.ForeignKeyProof;
import godwit.schema.Identifier;
import godwit.schema.Table;
import godwit.schema.TableName;
import godwit.verify.OtherDifference;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds foreign keys that hold in the source and would not in the target, because a row goes along and the row that it
 * refers to does not; and those whose rows stay behind while what they refer to goes.
 *
 * <p>Only the rows tell, so they are looked through, for a limited time.
 */
final class SelectedReferences {
    /** What a statement ends with that has run out of time (PostgreSQL manual, appendix A). */
    private static final String CANCELED = "57014";

    private static final String LIMITED = "SET LOCAL statement_timeout = '10s'";

    private final MoveContext context;
    private final Session source;
    private final Lineages lineages;

    SelectedReferences(MoveContext context, Session source, Lineages lineages) {
        this.context = context;
        this.source = source;
        this.lineages = lineages;
    }

    List<Finding> findings(List<Table> tables) {
        var partial = partial(tables);
        if (partial.isEmpty()) {
            return List.of();
        }
        var taken = lineages.taken(context.spec().tables());
        var findings = new ArrayList<Finding>();
        var proof = new ForeignKeyProof(source.connection());
        for (var key : proof.keys()) {
            if (taken.test(key.table()) && taken.test(key.referenced())) {
                if (partial.contains(key.referenced())) {
                    findings.addAll(orphans(proof, key, tables));
                }
                if (partial.contains(key.table())) {
                    findings.add(leftBehind(key));
                }
            }
        }
        return findings;
    }

    /** The tables some of whose rows stay behind, and what those are partitions of. */
    private Set<TableName> partial(List<Table> tables) {
        var moved = tables.stream().map(Table::name).collect(Collectors.toSet());
        var partial = new HashSet<TableName>();
        tables.stream()
                .filter(table -> !table.selection().isAll())
                .forEach(table -> partial.addAll(lineages.of(table.name())));
        context.spec().tables().exclude().stream()
                .filter(name -> !moved.contains(name))
                .forEach(name -> partial.addAll(lineages.of(name)));
        return partial;
    }

    private List<Finding> orphans(ForeignKeyProof proof, ForeignKeyProof.Key key, List<Table> tables) {
        try {
            var found = source.transaction(session -> {
                session.execute(LIMITED);
                var selected = proof.prove(key, (table, columns) -> selected(table, columns, tables));
                return selected.isEmpty() ? selected : withoutOwn(selected, proof.prove(key));
            });
            return found.stream().map(SelectedReferences::orphan).toList();
        } catch (GodwitException e) {
            if (!(e.getCause() instanceof SQLException cause) || !CANCELED.equals(cause.getSQLState())) {
                throw e;
            }
            return List.of(unknown(key));
        }
    }

    /** What is broken in the source already is as broken in the target. */
    private static List<OtherDifference> withoutOwn(List<OtherDifference> selected, List<OtherDifference> own) {
        return own.isEmpty() ? selected : List.of();
    }

    /** The rows of a table, or of all partitions below it, that go along. */
    private String selected(TableName table, List<Identifier> columns, List<Table> tables) {
        var names = columns.stream().map(Identifier::sql).collect(Collectors.joining(", "));
        return tables.stream()
                .filter(moved -> lineages.of(moved.name()).contains(table))
                .map(moved -> "SELECT " + names + " FROM ONLY " + moved.name().sql() + " WHERE "
                        + moved.selection().sql())
                .collect(Collectors.joining(" UNION ALL ", "(", ")"));
    }

    private static Finding orphan(OtherDifference found) {
        return Finding.blocking(
                "where-leaves-orphans",
                "The selection breaks the foreign key %s: %s.".formatted(found.object(), found.message()),
                "Select the rows that are referred to as well, or fewer of those that refer to them.",
                found.object());
    }

    private static Finding unknown(ForeignKeyProof.Key key) {
        return Finding.warning(
                "where-orphans-unknown",
                "Whether the selection keeps the foreign key %s was not found out within 10 s.".formatted(key.object()),
                "See to it that what a selected row refers to is selected; else the run stops before it is ready.",
                key.object());
    }

    private static Finding leftBehind(ForeignKeyProof.Key key) {
        return Finding.warning(
                "where-leaves-references",
                "Rows of %s that stay behind may refer to rows of %s that go along."
                        .formatted(key.table(), key.referenced()),
                "After the switch nothing keeps the target from deleting those; on the way back the source would have"
                        + " orphans, which godwit verify finds.",
                key.object());
    }
}
