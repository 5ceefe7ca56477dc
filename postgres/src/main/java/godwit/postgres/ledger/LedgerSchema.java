package godwit.postgres.ledger;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.copy.RangeLedger;
import godwit.postgres.largeobjects.CarriedObjects;
import java.util.List;

/** The ledger's tables and their version. */
final class LedgerSchema {
    /** Raised whenever an older Godwit could not work with the tables any more. */
    static final int VERSION = 10;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE IF NOT EXISTS godwit.ledger (version int PRIMARY KEY, made_at timestamptz DEFAULT now())",
            """
            CREATE TABLE IF NOT EXISTS godwit.run (
              id uuid PRIMARY KEY, name text NOT NULL, digest text NOT NULL, phase text NOT NULL, problem jsonb,
              live jsonb, begun_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz)""",
            """
            CREATE TABLE IF NOT EXISTS godwit.shape (
              run uuid NOT NULL, kind text NOT NULL, object text NOT NULL, portable text NOT NULL, exact text NOT NULL,
              PRIMARY KEY (run, kind, object))""",
            "CREATE UNIQUE INDEX IF NOT EXISTS run_under_way ON godwit.run (name) WHERE ended_at IS NULL",
            """
            CREATE TABLE IF NOT EXISTS godwit.made (
              id uuid NOT NULL DEFAULT gen_random_uuid(),
              run uuid NOT NULL REFERENCES godwit.run, number bigint GENERATED ALWAYS AS IDENTITY,
              kind text NOT NULL, identity text NOT NULL, undo text NOT NULL, PRIMARY KEY (run, kind, identity))""",
            """
            CREATE TABLE IF NOT EXISTS godwit.table_copy (
              id uuid NOT NULL DEFAULT gen_random_uuid(),
              run uuid NOT NULL REFERENCES godwit.run, schema_name text NOT NULL, table_name text NOT NULL,
              snapshot text NOT NULL, filenode oid NOT NULL, rows_total bigint NOT NULL, chunks_total int NOT NULL,
              done boolean NOT NULL DEFAULT false, PRIMARY KEY (run, schema_name, table_name))""",
            """
            CREATE TABLE IF NOT EXISTS godwit.chunk (
              run uuid NOT NULL, schema_name text NOT NULL, table_name text NOT NULL, number int NOT NULL,
              rows bigint NOT NULL, bytes bigint NOT NULL, begun_at timestamptz NOT NULL DEFAULT now(),
              copied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              PRIMARY KEY (run, schema_name, table_name, number))""",
            """
            CREATE TABLE IF NOT EXISTS godwit.request (
              id uuid PRIMARY KEY, run uuid NOT NULL REFERENCES godwit.run, verb text NOT NULL, options jsonb NOT NULL,
              operator text NOT NULL, role text NOT NULL DEFAULT session_user, asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              waiting_at timestamptz NOT NULL DEFAULT clock_timestamp(), result text, answer jsonb,
              answered_at timestamptz)""",
            """
            CREATE TABLE IF NOT EXISTS godwit.event (
              number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL DEFAULT gen_random_uuid(),
              run uuid NOT NULL, operator text NOT NULL,
              role text NOT NULL DEFAULT session_user, verb text NOT NULL, result text NOT NULL, code text NOT NULL,
              at timestamptz NOT NULL DEFAULT clock_timestamp())""",
            """
            CREATE TABLE IF NOT EXISTS godwit.setting (
              run uuid NOT NULL REFERENCES godwit.run, key text NOT NULL, value text NOT NULL, operator text NOT NULL,
              set_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (run, key))""",
            """
            CREATE TABLE IF NOT EXISTS godwit.worker (
              run uuid PRIMARY KEY REFERENCES godwit.run, host text NOT NULL, process bigint NOT NULL,
              doing text NOT NULL DEFAULT 'start', session int NOT NULL, since timestamptz NOT NULL DEFAULT clock_timestamp())""",
            """
            CREATE TABLE IF NOT EXISTS godwit.move_file (
              run uuid PRIMARY KEY REFERENCES godwit.run, folder text NOT NULL, text text NOT NULL,
              read_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
            """
            CREATE TABLE IF NOT EXISTS godwit.verification (
              id uuid PRIMARY KEY, run uuid NOT NULL, phase text NOT NULL, leader text NOT NULL,
              position text NOT NULL, rows_compared bigint NOT NULL, differences bigint NOT NULL,
              ended_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
            StreamProgress.TABLE,
            RangeLedger.RANGES,
            RangeLedger.ROWS,
            CarriedObjects.TABLE,
            ChangeTables.MIGRATIONS,
            ChangeTables.ONE_AT_A_TIME,
            ChangeTables.STEPS,
            ChangeTables.BACKFILLS,
            ChangeTables.RANGES);

    /** What the tables of older versions lack; not done where it is not needed, because each locks its table. */
    private static final List<String> UPGRADES = List.of(
            "ALTER TABLE godwit.made ADD COLUMN IF NOT EXISTS id uuid NOT NULL DEFAULT gen_random_uuid()",
            "ALTER TABLE godwit.table_copy ADD COLUMN IF NOT EXISTS id uuid NOT NULL DEFAULT gen_random_uuid()",
            "ALTER TABLE godwit.migration ADD COLUMN IF NOT EXISTS plan text",
            "ALTER TABLE godwit.migration ADD COLUMN IF NOT EXISTS unwanted boolean NOT NULL DEFAULT false",
            "ALTER TABLE godwit.event ADD COLUMN IF NOT EXISTS id uuid NOT NULL DEFAULT gen_random_uuid()",
            "ALTER TABLE godwit.request ADD COLUMN IF NOT EXISTS role text NOT NULL DEFAULT session_user",
            "ALTER TABLE godwit.worker ADD COLUMN IF NOT EXISTS doing text NOT NULL DEFAULT 'start'");

    private LedgerSchema() {}

    static boolean exists(Session session) {
        return session.is("SELECT pg_catalog.to_regclass('godwit.ledger') IS NOT NULL");
    }

    /**
     * Makes the ledger fit to work with: one of an older Godwit gets what it lacks, and runs in flight go on in it; one of
     * a newer Godwit is refused.
     */
    static void takeOver(Session session) {
        requireKnownVersion(session);
        if (version(session) < VERSION) {
            create(session);
        }
    }

    private static long version(Session session) {
        return session.number("SELECT max(version) FROM godwit.ledger");
    }

    /** Creates the tables where they are missing; a ledger of a newer Godwit is refused. */
    static void create(Session session) {
        session.transaction(s -> {
            s.number("SELECT 1 FROM pg_advisory_xact_lock(7453010373643069441)");
            var isOlder = exists(s) && version(s) < VERSION;
            s.execute("CREATE SCHEMA IF NOT EXISTS godwit");
            s.execute(String.join(";\n", TABLES));
            if (isOlder) {
                UPGRADES.forEach(s::execute);
            }
            s.execute("INSERT INTO godwit.ledger (version) VALUES (?) ON CONFLICT DO NOTHING", VERSION);
            return true;
        });
        requireKnownVersion(session);
    }

    private static void requireKnownVersion(Session session) {
        var version = version(session);
        if (version > VERSION) {
            throw Problem.of(
                            "ledger-newer",
                            "The target's ledger has version %d, this Godwit knows %d.".formatted(version, VERSION),
                            "Use the Godwit that wrote it, or a newer one.")
                    .asException();
        }
    }
}
