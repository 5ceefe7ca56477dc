package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.gate.Gate;
import java.util.List;
import java.util.UUID;

/**
 * The schema {@code godwit} of a database, which several runs may share: as the source of one, and with the ledger of others.
 *
 * <p>It goes only when nothing is left in it that a run needs, that tells of one, or that Godwit did not make.
 */
final class OwnSchema {
    private static final List<String> LEDGER = List.of(
            "ledger",
            "run",
            "shape",
            "made",
            "table_copy",
            "chunk",
            "request",
            "event",
            "setting",
            "worker",
            "move_file",
            "verification",
            "key_range",
            "row_again",
            "large_object",
            "migration",
            "change_step",
            "backfill",
            "backfill_range");

    /** What a source has as well: where the stream back has come to, and what it brought. */
    private static final List<String> STREAM = List.of("progress", "outside");

    /* Indexes, row types and the sequences of identity columns go with their tables. */
    private static final String OBJECTS = """
            SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'godwit' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
            UNION ALL SELECT p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'godwit'
            UNION ALL SELECT t.typname FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = 'godwit' AND t.typtype IN ('d', 'e')
            ORDER BY 1""";

    private OwnSchema() {}

    /** What is in it that Godwit did not make; its own name where the schema is there and Godwit has nothing in it. */
    static List<String> foreign(Session session) {
        if (!session.is("SELECT pg_catalog.to_regnamespace('godwit') IS NOT NULL")) {
            return List.of();
        }
        var all = objects(session);
        return all.isEmpty()
                ? List.of("godwit")
                : all.stream()
                        .filter(name -> !isTable(name) && !isGate(name))
                        .map(name -> "godwit." + name)
                        .toList();
    }

    /** Drops it when nothing of others is in it, else only what nobody needs any more, and tells whether it is gone. */
    static boolean leave(Session session, UUID run) {
        var rest = objects(session).stream().filter(name -> !isTable(name)).toList();
        if (!has(session, "ledger") && rest.stream().noneMatch(OwnSchema::isGate)) {
            STREAM.forEach(table -> session.execute("DROP TABLE IF EXISTS godwit." + table));
        }
        if (!rest.isEmpty() || tellsOfOthers(session, run)) {
            return false;
        }
        session.execute("DROP SCHEMA IF EXISTS godwit CASCADE");
        return true;
    }

    /** Whether another run has its gate here. */
    static boolean hasOtherGates(Session session, Gate gate) {
        return objects(session).stream()
                .anyMatch(name -> name.startsWith("epoch_") && !gate.epochName().contains(name));
    }

    /** Whether the ledger in it has other runs, under way or over. */
    private static boolean tellsOfOthers(Session session, UUID run) {
        return (has(session, "run") && session.is("SELECT count(*) > 0 FROM godwit.run WHERE id <> ?", run))
                || (has(session, "migration") && session.is("SELECT count(*) > 0 FROM godwit.migration"));
    }

    private static boolean has(Session session, String table) {
        return session.is("SELECT pg_catalog.to_regclass(?) IS NOT NULL", "godwit." + table);
    }

    private static List<String> objects(Session session) {
        return session.query(OBJECTS, row -> row.getString(1));
    }

    private static boolean isTable(String name) {
        return LEDGER.contains(name) || STREAM.contains(name);
    }

    private static boolean isGate(String name) {
        return name.matches("(epoch|gate|wait)_[0-9a-f]{8}");
    }
}
