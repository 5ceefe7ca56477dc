package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.TableReader;
import godwit.postgres.catalog.TargetCheck;
import godwit.schema.ReplicaIdentity;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds, before anything is changed, what would stop a move or its way back. */
final class Preflight {
    private static final int VERSION_LEAST = 140000;

    /* Amazon RDS has a role in place of the attribute. */
    private static final String REPLICATION = """
            SELECT rolreplication OR rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_roles r
                WHERE r.rolname = 'rds_replication' AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))
            FROM pg_catalog.pg_roles WHERE rolname = current_user""";

    private final MoveContext context;
    private final List<Finding> findings = new ArrayList<>();

    Preflight(MoveContext context) {
        this.context = context;
    }

    /** All that a new move could stumble over; both sides are only read. */
    List<Finding> findings(List<Table> tables, SchemaScript script) {
        try (var source = context.open(Side.SOURCE, "check");
                var target = context.open(Side.TARGET, "check")) {
            server(source, Side.SOURCE);
            server(target, Side.TARGET);
            schema(source, Side.SOURCE);
            schema(target, Side.TARGET);
            rights(Side.SOURCE, source);
            rights(Side.TARGET, target);
            findings.addAll(new RoleRights(context, Side.SOURCE).findings(source));
            findings.addAll(new RoleRights(context, Side.TARGET).findings(target));
            tables(tables);
            unlogged(source);
            findings.addAll(new SelectionCheck(context, source).findings(tables));
            script.findings().forEach(f -> findings.add(Finding.of(f)));
            findings.addAll(new ExtensionRows(context).findings(source));
            findings.addAll(new DatabaseItself(context).findings(source, target));
            target(source, target, tables, script);
            largeObjects(source, target);
        } catch (SQLException e) {
            throw Problem.of("check-failed", "A catalog could not be read.", "See the server's log.")
                    .asException(e);
        }
        return List.copyOf(findings);
    }

    private void server(Session session, Side side) {
        if (session.number("SHOW server_version_num") < VERSION_LEAST) {
            findings.add(Finding.blocking(
                    "server-too-old",
                    "The %s's server is older than PostgreSQL 14.".formatted(side.word()),
                    "Move from or to 14 or newer.",
                    side.word()));
        }
        if (!session.text("SHOW wal_level").equals("logical")) {
            findings.add(Finding.blocking(
                    "wal-level-too-low",
                    "wal_level of the %s is not logical.".formatted(side.word()),
                    "Set wal_level = logical and restart that server; the target needs it for the way back.",
                    side.word()));
        }
        slots(session, side);
    }

    /** A schema of that name goes when the run is over, and is never moved. */
    private void schema(Session session, Side side) {
        var foreign = OwnSchema.foreign(session);
        if (!foreign.isEmpty()) {
            findings.add(Finding.blocking(
                    "schema-taken",
                    "The %s has a schema godwit with what Godwit did not make.".formatted(side.word()),
                    "Rename the schema, or move what is in it to another: Godwit keeps its own in a schema of that name.",
                    foreign.toArray(String[]::new)));
        }
    }

    /** Two slots are needed at once: the stream's, and a temporary one while both sides are compared. */
    private void slots(Session session, Side side) {
        var slotsFree = session.number(
                "SELECT current_setting('max_replication_slots')::int - count(*) FROM pg_replication_slots");
        if (slotsFree < 2) {
            findings.add(Finding.blocking(
                    "slots-too-few",
                    "The %s has %d free replication slots, 2 are needed.".formatted(side.word(), slotsFree),
                    "Raise max_replication_slots or drop slots that nobody uses.",
                    side.word()));
        }
        var sendersFree =
                session.number("SELECT current_setting('max_wal_senders')::int - count(*) FROM pg_stat_replication");
        if (sendersFree < 2) {
            findings.add(Finding.blocking(
                    "senders-too-few",
                    "The %s has %d free WAL senders, 2 are needed.".formatted(side.word(), sendersFree),
                    "Raise max_wal_senders.",
                    side.word()));
        }
    }

    private void rights(Side side, Session session) {
        if (!session.is(REPLICATION)) {
            findings.add(Finding.blocking(
                    "replication-not-allowed",
                    "Godwit's role on the %s may not read the log.".formatted(side.word()),
                    "ALTER ROLE … REPLICATION.",
                    side.word()));
        }
        try {
            session.transaction(s -> s.execute("SET LOCAL session_replication_role = replica"));
        } catch (GodwitException e) {
            findings.add(Finding.blocking(
                    "replica-role-not-allowed",
                    "Godwit's role on the %s may not set session_replication_role.".formatted(side.word()),
                    "GRANT SET ON PARAMETER session_replication_role TO it (15 and later), or use a superuser.",
                    side.word()));
        }
    }

    private void tables(List<Table> tables) {
        if (tables.isEmpty()) {
            findings.add(Finding.blocking(
                    "nothing-to-move", "The source has no tables to move.", "Check include, exclude and the URL."));
        }
        for (var table : tables) {
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
            return;
        }
        var needed = new SchemaReader(source.connection()).requirements(SourceCatalog.selection(context, source));
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
