package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.SchemaSelection;
import godwit.postgres.catalog.SchemaSelection.Blocking;
import godwit.postgres.catalog.TableReader;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the source's catalog says of what is moved; each part is read once. */
final class SourceCatalog {
    private final MoveContext context;
    private @Nullable List<Table> tables;
    private @Nullable SchemaScript script;
    private @Nullable List<SchemaObject> possible;

    SourceCatalog(MoveContext context) {
        this.context = context;
    }

    /** The tables that are moved, biggest first. */
    List<Table> tables() {
        if (tables == null) {
            try (var source = context.open(Side.SOURCE, "catalog")) {
                tables = new TableReader(source.connection())
                        .read().stream()
                                .filter(table -> context.spec().tables().takes(table.name()))
                                .toList();
            } catch (SQLException e) {
                throw unreadable(e);
            }
        }
        return tables;
    }

    /** What goes along, and which of the rest keeps the move from beginning. */
    static SchemaSelection selection(MoveContext context) {
        var tables = context.spec().tables();
        var blocking =
                context.isPrepared() ? Blocking.NONE : tables.include().isEmpty() ? Blocking.ALL : Blocking.NEEDED;
        return new SchemaSelection(
                tables::takes, blocking, context.spec().conduct().leave());
    }

    /** The schema as statements. */
    SchemaScript script() {
        if (script == null) {
            try (var source = context.open(Side.SOURCE, "catalog")) {
                script = new SchemaReader(source.connection()).read(selection(context));
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
            try (var target = context.open(Side.TARGET, "catalog")) {
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
