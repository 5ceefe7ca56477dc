package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Session;
import java.util.ArrayList;
import java.util.List;

/** Finds what a side's server and Godwit's role there lack for a move or its way back. */
final class ServerCheck {
    private static final int VERSION_LEAST = 140000;

    /* Amazon RDS has a role in place of the attribute. */
    private static final String REPLICATION = """
            SELECT rolreplication OR rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_roles r
                WHERE r.rolname = 'rds_replication' AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))
            FROM pg_catalog.pg_roles WHERE rolname = current_user""";

    private final MoveContext context;
    private final Side side;
    private final Session session;
    private final List<Finding> findings = new ArrayList<>();

    ServerCheck(MoveContext context, Side side, Session session) {
        this.context = context;
        this.side = side;
        this.session = session;
    }

    List<Finding> findings() {
        server();
        schema();
        rights();
        findings.addAll(new RoleRights(context, side).findings(session));
        findings.addAll(new Subscriptions(context, side).findings(session));
        return List.copyOf(findings);
    }

    private void server() {
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
        slots();
    }

    /** A schema of that name goes when the run is over, and is never moved. */
    private void schema() {
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
    private void slots() {
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

    private void rights() {
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
}
