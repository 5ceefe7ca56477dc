package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.Together;
import godwit.postgres.catalog.Lineages;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.SchemaSelection;
import godwit.postgres.catalog.SchemaSelection.Blocking;
import godwit.postgres.catalog.TableReader;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the source's catalog says of what is moved; each part is read once. */
final class SourceCatalog {
    private static final Pattern ROWS = Pattern.compile("rows=(\\d+)");

    private final MoveContext context;
    private @Nullable List<Table> tables;
    private List<Finding> unusable = List.of();
    private @Nullable SchemaScript script;
    private @Nullable List<SchemaObject> possible;

    SourceCatalog(MoveContext context) {
        this.context = context;
    }

    /** Reads all of it at once. */
    void read() {
        Together.both(this::planned, this::script, (planned, read) -> read);
    }

    /** The tables that are moved; a condition on rows that cannot be used is a Problem. */
    List<Table> tables() {
        var all = planned();
        unusable.stream().findFirst().ifPresent(finding -> {
            throw finding.problem().asException();
        });
        return all;
    }

    /** As {@link #tables}, but all rows are selected where the condition cannot be used. */
    List<Table> planned() {
        if (tables == null) {
            try (var source = context.openBriefly(Side.SOURCE, "catalog")) {
                var lineages = Lineages.read(source);
                var taken = lineages.taken(context.spec().tables());
                var conditions = RowConditions.read(source, context.spec().rows());
                unusable = conditions.findings();
                tables = new TableReader(source.connection())
                        .read().stream()
                                .filter(table -> taken.test(table.name()))
                                .map(table -> estimated(source, conditions.selected(table, lineages)))
                                .toList();
            } catch (SQLException e) {
                throw unreadable(e);
            }
        }
        return tables;
    }

    /** What goes along, and which of the rest keeps the move from beginning. */
    static SchemaSelection selection(MoveContext context, Session source) {
        var tables = context.spec().tables();
        var blocking =
                context.isPrepared() ? Blocking.NONE : tables.include().isEmpty() ? Blocking.ALL : Blocking.NEEDED;
        return new SchemaSelection(
                context.taken(source), blocking, context.spec().conduct().leave());
    }

    /** What the server expects to find under a condition. */
    private static Table estimated(Session source, Table table) {
        if (table.selection().isAll()) {
            return table;
        }
        var plan = source.query(
                "EXPLAIN SELECT FROM " + table.selection().from(table.name()) + " AS r", row -> row.getString(1));
        var rows = ROWS.matcher(plan.getFirst());
        return rows.find() ? table.ofAbout(Math.min(table.rows(), Long.parseLong(rows.group(1)))) : table;
    }

    /** The schema as statements. */
    SchemaScript script() {
        if (script == null) {
            try (var source = context.openBriefly(Side.SOURCE, "catalog")) {
                script = new SchemaReader(source.connection()).read(selection(context, source));
            } catch (SQLException e) {
                throw unreadable(e);
            }
        }
        return script;
    }

    /** The objects that the run makes: none where people have made them. */
    List<SchemaObject> toMake() {
        return context.isPrepared() ? List.of() : possible();
    }

    /** The objects of the schema but those that Godwit's role on the target cannot make; read once. */
    List<SchemaObject> possible() {
        if (possible == null) {
            try (var target = context.openBriefly(Side.TARGET, "catalog")) {
                var all = MakingRights.isSuperuser(target);
                possible = script().objects().stream()
                        .filter(object -> all || !MakingRights.isLost(object))
                        .toList();
            }
        }
        return possible;
    }

    private static GodwitException unreadable(SQLException e) {
        var problem = Problem.of("catalog-unreadable", "The source's catalog could not be read.", "It is tried again.");
        return new GodwitException(problem, Retry.LATER, e);
    }
}
