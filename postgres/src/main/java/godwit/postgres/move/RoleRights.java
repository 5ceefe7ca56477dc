package godwit.postgres.move;

import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Godwit's role must be allowed to do with a database and the tables in it. */
final class RoleRights {
    private static final String TABLES = """
            SELECT n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner),
                   pg_catalog.pg_has_role(c.relowner, 'USAGE'),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
                   pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')
                     AND pg_catalog.has_table_privilege(c.oid, 'DELETE')
                     AND pg_catalog.has_table_privilege(c.oid, 'TRUNCATE'),
                   pg_catalog.row_security_active(c.oid)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', 'godwit')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                              AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2""";

    private static final String SEQUENCES = """
            SELECT n.nspname, c.relname, tn.nspname, t.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
              AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
            LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
            LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', 'godwit')
              AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                       AND pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                       AND (NOT ?::boolean OR pg_catalog.has_sequence_privilege(c.oid, 'UPDATE')))
            ORDER BY 1, 2""";

    private record Held(
            TableName name, String owner, boolean owned, boolean readable, boolean writable, boolean filtered) {}

    private final MoveContext context;
    private final Side side;
    private final List<Finding> findings = new ArrayList<>();

    RoleRights(MoveContext context, Side side) {
        this.context = context;
        this.side = side;
    }

    List<Finding> findings(Session session) {
        var writes = side == Side.TARGET || context.spec().conduct().mode() == Mode.LIVE;
        database(session, writes);
        if (side == Side.SOURCE || context.isPrepared()) {
            tables(session, writes);
            sequences(session, writes);
        }
        return findings;
    }

    private void database(Session session, boolean writes) {
        if (!session.is("SELECT pg_catalog.has_database_privilege(current_database(), 'CREATE')")) {
            block(
                    "create-not-allowed",
                    "Godwit's role may not create schemas and publications in the %s.".formatted(side.word()),
                    "GRANT CREATE ON DATABASE … TO it.",
                    side.word());
        }
        if (writes && !session.is("SELECT pg_catalog.has_database_privilege(current_database(), 'TEMP')")) {
            block(
                    "temp-not-allowed",
                    "Godwit's role may not make temporary tables in the %s.".formatted(side.word()),
                    "GRANT TEMP ON DATABASE … TO it.",
                    side.word());
        }
        if (side == Side.SOURCE && context.spec().conduct().mode() == Mode.LIVE && !mayAlter(session)) {
            findings.add(Finding.warning(
                    "source-not-sealable",
                    "Godwit's role does not own the source's database: complete leaves its gate there to refuse late writers.",
                    "Make the role a member of the database's owner, or DROP SCHEMA godwit CASCADE there when nobody comes.",
                    side.word()));
        }
    }

    /** Whether the role may change the database's own settings. */
    static boolean mayAlter(Session session) {
        return session.is("SELECT pg_catalog.pg_has_role(datdba, 'USAGE') FROM pg_catalog.pg_database"
                + " WHERE datname = current_database()");
    }

    private void tables(Session session, boolean writes) {
        var taken = context.taken(session);
        var foreign = new LinkedHashMap<String, List<String>>();
        var barred = new ArrayList<String>();
        var filtered = new ArrayList<String>();
        for (var table : session.query(
                TABLES,
                row -> new Held(
                        TableName.of(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getBoolean(7)))) {
            if (!taken.test(table.name())) {
                continue;
            }
            if (!table.owned()) {
                foreign.computeIfAbsent(table.owner(), owner -> new ArrayList<>())
                        .add(table.name().plain());
            } else if (!table.readable() || (writes && !table.writable())) {
                barred.add(table.name().plain());
            } else if (table.filtered()) {
                filtered.add(table.name().plain());
            }
        }
        tell(foreign, barred, filtered);
    }

    private void tell(Map<String, List<String>> foreign, List<String> barred, List<String> filtered) {
        foreign.forEach((owner, tables) -> block(
                "table-not-owned",
                "%d tables of the %s belong to the role %s, of which Godwit's role is no member that inherits."
                        .formatted(tables.size(), side.word(), owner),
                "GRANT the owner's role TO it: only owners may publish and guard a table.",
                tables.toArray(String[]::new)));
        if (!barred.isEmpty()) {
            block(
                    "table-rights-missing",
                    "Godwit's role may not read, or not change, %d tables of the %s."
                            .formatted(barred.size(), side.word()),
                    "GRANT ALL ON these tables TO it, and USAGE ON their schemas.",
                    barred.toArray(String[]::new));
        }
        if (!filtered.isEmpty()) {
            block(
                    "row-security-in-force",
                    "Policies are in force for Godwit's role on %d tables of the %s."
                            .formatted(filtered.size(), side.word()),
                    "ALTER ROLE … BYPASSRLS, or ALTER TABLE … NO FORCE ROW LEVEL SECURITY: rows must not be hidden.",
                    filtered.toArray(String[]::new));
        }
    }

    private void sequences(Session session, boolean writes) {
        var taken = context.taken(session);
        var barred = new ArrayList<String>();
        session.query(
                SEQUENCES,
                row -> {
                    var table = row.getString(4);
                    if (table == null || taken.test(TableName.of(row.getString(3), table))) {
                        barred.add(
                                TableName.of(row.getString(1), row.getString(2)).plain());
                    }
                    return true;
                },
                writes);
        if (!barred.isEmpty()) {
            block(
                    "sequence-rights-missing",
                    "Godwit's role may not read, or not set, %d sequences of the %s."
                            .formatted(barred.size(), side.word()),
                    "GRANT ALL ON these sequences TO it, and USAGE ON their schemas.",
                    barred.toArray(String[]::new));
        }
    }

    private void block(String code, String message, String hint, String... objects) {
        findings.add(Finding.blocking(code, message, hint, objects));
    }
}
