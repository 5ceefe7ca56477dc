package godwit.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies the same recorded log to fresh copies of a table: every run has a slot of its own, made before the changes.
 *
 * <p>Either side's clock runs until what it applied is flushed and confirmed to the source. Ours flushes at each commit;
 * a subscription is measured with the same synchronous_commit, and with its default, which flushes later.
 */
final class ApplyBench implements Bench {
    private static final String AGAINST = "a native subscription";
    private static final String SOURCE = "bench_apply";
    private static final String BASE = "bench_base";
    private static final String TARGET = "bench_run";

    /** Of the 15 row changes in a transaction 10 are updates, 3 inserts and 2 deletes; a row is rarely hit twice. */
    private static final List<String> TABLE =
            List.of("CREATE TABLE account (id bigint PRIMARY KEY, owner text NOT NULL, balance numeric(12,2) NOT NULL,"
                    + " changed timestamptz NOT NULL, note text)");

    private static final String CHANGES = """
            CREATE PROCEDURE change(transactions int, accounts bigint) LANGUAGE plpgsql AS $$
            BEGIN
              FOR t IN 0 .. transactions - 1 LOOP
                UPDATE account SET balance = balance + 1, changed = clock_timestamp()
                  WHERE id IN (SELECT 1 + (t * 10 + k) * 7919::bigint % accounts FROM generate_series(0, 9) k);
                INSERT INTO account SELECT accounts + t * 3 + k, 'new ' || t, 1, clock_timestamp(), repeat('n', 60)
                  FROM generate_series(1, 3) k;
                DELETE FROM account
                  WHERE id IN (SELECT 1 + (t * 2 + k) * 104729::bigint % accounts FROM generate_series(0, 1) k);
                COMMIT;
              END LOOP;
            END$$""";

    @Override
    public String name() {
        return "apply";
    }

    @Override
    public List<String> programs() {
        return List.of();
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        record(setting);
        var end = Servers.text(setting.servers().source(), SOURCE, "SELECT pg_current_wal_flush_lsn()");
        var seconds = Turns.take(
                setting.runs(),
                run -> subscription(setting, "flushing_" + run, "on", end),
                run -> own(setting, "godwit_" + run, end),
                run -> subscription(setting, "lazy_" + run, "off", end));
        var ours = seconds.get(1);
        var rows = 15.0 * transactions(setting);
        var parts = new LinkedHashMap<String, Comparison>();
        parts.put("same commit", new Comparison(name(), AGAINST, "rows/s", rows, ours, seconds.getFirst(), 1.1));
        parts.put("theirs lazy", new Comparison(name(), AGAINST, "rows/s", rows, ours, seconds.getLast(), 0));
        return parts;
    }

    private static long transactions(Setting setting) {
        return (long) (100_000 * setting.scale());
    }

    private static void record(Setting setting) {
        var accounts = (long) (3_000_000 * setting.scale());
        var fill = "INSERT INTO account SELECT n, 'owner ' || n, n %% 1000, timestamptz '2024-01-01', md5(n::text)"
                + " FROM generate_series(1, %d) n";
        for (var server : List.of(setting.servers().source(), setting.servers().target())) {
            var database = server == setting.servers().source() ? SOURCE : BASE;
            Servers.execute(server, "postgres", List.of("CREATE DATABASE " + database));
            Servers.execute(server, database, TABLE);
            Servers.execute(server, database, List.of(fill.formatted(accounts), "VACUUM ANALYZE account"));
        }
        var source = setting.servers().source();
        Servers.execute(source, SOURCE, List.of("CREATE PUBLICATION bench FOR TABLE account", CHANGES));
        for (var run = 0; run < setting.runs(); run++) {
            for (var side : List.of("flushing_", "godwit_", "lazy_")) {
                Servers.text(
                        source,
                        SOURCE,
                        "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(side + run));
            }
        }
        Servers.execute(
                source,
                SOURCE,
                List.of(
                        "SET synchronous_commit = off",
                        "CALL change(%d, %d)".formatted(transactions(setting), accounts),
                        "SET synchronous_commit = on",
                        "CREATE TABLE recorded ()"));
    }

    private static void freshTarget(Setting setting) {
        Servers.execute(
                setting.servers().target(),
                "postgres",
                List.of(
                        "DROP DATABASE IF EXISTS " + TARGET + " WITH (FORCE)",
                        "CREATE DATABASE " + TARGET + " TEMPLATE " + BASE));
        setting.servers().settle();
    }

    private static double own(Setting setting, String slot, String end) {
        freshTarget(setting);
        try (var applying = new Applying(setting.servers(), SOURCE, TARGET, slot)) {
            var seconds = applying.until(end);
            requireSame(setting);
            return seconds;
        }
    }

    private static double subscription(Setting setting, String slot, String commit, String end) {
        freshTarget(setting);
        var servers = setting.servers();
        var connection = "host=127.0.0.1 port=%d user=postgres dbname=%s"
                .formatted(servers.source().port(), SOURCE);
        Servers.execute(
                servers.target(),
                TARGET,
                List.of(
                        "CREATE SUBSCRIPTION bench CONNECTION '%s' PUBLICATION bench WITH (slot_name = '%s', create_slot = false, copy_data = false, enabled = false, binary = true, synchronous_commit = %s)"
                                .formatted(connection, slot, commit)));
        var watch = new Stopwatch();
        Servers.execute(servers.target(), TARGET, List.of("ALTER SUBSCRIPTION bench ENABLE"));
        Applying.awaitConfirmed(servers.source(), SOURCE, slot, end);
        var seconds = watch.seconds();
        Servers.execute(
                servers.target(),
                TARGET,
                List.of(
                        "ALTER SUBSCRIPTION bench DISABLE",
                        "ALTER SUBSCRIPTION bench SET (slot_name = NONE)",
                        "DROP SUBSCRIPTION bench"));
        Applying.drop(servers.source(), SOURCE, slot);
        requireSame(setting);
        return seconds;
    }

    private static void requireSame(Setting setting) {
        var sum = "SELECT count(*) || ' ' || sum(hashtextextended(a::text, 0)) FROM account a";
        var source = Servers.text(setting.servers().source(), SOURCE, sum);
        var target = Servers.text(setting.servers().target(), TARGET, sum);
        if (!source.equals(target)) {
            throw new IllegalStateException("the sides differ: " + source + " and " + target);
        }
    }
}
