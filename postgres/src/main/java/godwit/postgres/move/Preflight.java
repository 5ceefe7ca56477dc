package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.Together;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.TableReader;
import godwit.postgres.catalog.TargetCheck;
import godwit.schema.ReplicaIdentity;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds, before anything is changed, what would stop a move or its way back. */
final class Preflight {
    /** As PostgreSQL has it (MaxHeapAttributeNumber). */
    private static final int COLUMNS_MAX = 1600;

    /** What the tables that changes are laid out in have beside the columns and the key. */
    private static final int COLUMNS_OF_OWN = 2;

    private final MoveContext context;
    private final List<Finding> findings = new ArrayList<>();

    Preflight(MoveContext context) {
        this.context = context;
    }

    /** All that a new move could stumble over; both sides are only read. */
    List<Finding> findings(List<Table> tables, SchemaScript script) {
        try (var source = context.open(Side.SOURCE, "check");
                var target = context.open(Side.TARGET, "check")) {
            Together.both(
                            () -> new ServerCheck(context, Side.SOURCE, source).findings(),
                            () -> new ServerCheck(context, Side.TARGET, target).findings(),
                            (ofSource, ofTarget) -> Stream.concat(ofSource.stream(), ofTarget.stream())
                                    .toList())
                    .forEach(findings::add);
            tables(tables);
            unlogged(source);
            findings.addAll(new FiringTriggers().findings(source, context.taken(source)));
            findings.addAll(new SelectionCheck(context, source).findings(tables));
            script.findings().forEach(f -> findings.add(Finding.of(f)));
            findings.addAll(new ExtensionRows(context).findings(source));
            findings.addAll(new DatabaseItself(context).findings(source, target));
            target(source, target, tables, script);
            largeObjects(source, target);
        } catch (SQLException e) {
            var problem = Problem.of("check-failed", "A catalog could not be read.", "See the server's log.");
            throw new GodwitException(problem, Session.retryOf(e), e);
        }
        return List.copyOf(findings);
    }

    private void tables(List<Table> tables) {
        if (tables.isEmpty()) {
            findings.add(Finding.blocking(
                    "nothing-to-move", "The source has no tables to move.", "Check include, exclude and the URL."));
        }
        for (var table : tables) {
            if (table.columns().isEmpty()) {
                findings.add(Finding.blocking(
                        "table-without-columns",
                        "%s has no columns: its rows cannot be told apart.".formatted(table.name()),
                        "Exclude it.",
                        table.name().plain()));
                continue;
            }
            if (table.columns().size() + table.key().size() + COLUMNS_OF_OWN > COLUMNS_MAX) {
                findings.add(Finding.blocking(
                        "too-many-columns",
                        "%s has %d columns: its changes cannot be laid out beside its key in a table of at most %d."
                                .formatted(table.name(), table.columns().size(), COLUMNS_MAX),
                        "Exclude it, or drop columns that nobody uses.",
                        table.name().plain()));
            }
            if (table.identity() == ReplicaIdentity.NONE) {
                findings.add(Finding.blocking(
                        "table-without-key",
                        "%s has no replica identity: its changes cannot be followed.".formatted(table.name()),
                        "Give it a primary key, or ALTER TABLE … REPLICA IDENTITY FULL, or exclude it.",
                        table.name().plain()));
            }
        }
    }

    private void unlogged(Session source) throws SQLException {
        var taken = context.taken(source);
        for (var table : new TableReader(source.connection()).unlogged()) {
            if (taken.test(table)) {
                findings.add(Finding.blocking(
                        "unlogged-table",
                        "%s is unlogged: its changes are in no log.".formatted(table),
                        "Exclude it, or ALTER TABLE … SET LOGGED.",
                        table.plain()));
            }
        }
    }

    private void target(Session source, Session target, List<Table> tables, SchemaScript script) throws SQLException {
        if (sameDatabase(source, target)) {
            findings.add(Finding.blocking(
                    "same-database", "Source and target are the same database.", "Check the two URLs."));
            return;
        }
        findings.addAll(new Locales().findings(source, target));
        if (context.isPrepared()) {
            findings.addAll(new PreparedTables(context).findings(source, target, tables));
            findings.addAll(new FiringTriggers().findings(target, context.taken(source)));
            return;
        }
        var needed = script.needed();
        new TargetCheck(target.connection()).findings(needed).forEach(f -> findings.add(Finding.of(f)));
        findings.addAll(new Collisions().findings(source, target, script.objects()));
        findings.addAll(new MakingRights(target).findings(script, needed));
        findings.addAll(new SchemaRights(context.taken(source)).findings(source, target, script.objects()));
    }

    private void largeObjects(Session source, Session target) throws SQLException {
        if (!sameDatabase(source, target)) {
            for (var finding : new LargeObjectSteps(context).findings(source, target)) {
                if (!findings.contains(finding)) {
                    findings.add(finding);
                }
            }
        }
    }

    private static boolean sameDatabase(Session source, Session target) {
        var identity = "SELECT system_identifier || ' ' || current_database() FROM pg_control_system()";
        return source.text(identity).equals(target.text(identity));
    }
}
