package godwit.postgres.ledger;

/** The ledger's tables of changes. */
final class ChangeTables {
    static final String MIGRATIONS = """
            CREATE TABLE IF NOT EXISTS godwit.migration (
              id uuid PRIMARY KEY, schema_name text NOT NULL, name text NOT NULL, version_schema text NOT NULL,
              kind text NOT NULL, file text NOT NULL, text text NOT NULL, default_before text, plan text,
              unwanted boolean NOT NULL DEFAULT false,
              begun_at timestamptz NOT NULL DEFAULT clock_timestamp(), completed_at timestamptz,
              UNIQUE (schema_name, name))""";

    static final String ONE_AT_A_TIME = """
            CREATE UNIQUE INDEX IF NOT EXISTS migration_under_way ON godwit.migration (schema_name)
            WHERE completed_at IS NULL""";

    static final String STEPS = """
            CREATE TABLE IF NOT EXISTS godwit.change_step (
              run uuid NOT NULL, part text NOT NULL, number int NOT NULL, name text NOT NULL,
              done_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (run, part, number))""";

    static final String BACKFILLS = """
            CREATE TABLE IF NOT EXISTS godwit.backfill (
              run uuid NOT NULL, number int NOT NULL, last_key text[], rows bigint NOT NULL DEFAULT 0,
              rows_total bigint NOT NULL, PRIMARY KEY (run, number))""";

    /** Ranges of a backfill that were given to a session and have not ended. */
    static final String RANGES = """
            CREATE TABLE IF NOT EXISTS godwit.backfill_range (
              run uuid NOT NULL, number int NOT NULL, from_key text[], to_key text[] NOT NULL,
              PRIMARY KEY (run, number, to_key))""";

    private ChangeTables() {}
}
