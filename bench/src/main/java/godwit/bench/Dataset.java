package godwit.bench;

import godwit.embedded.EmbeddedPostgres;
import java.util.List;

/**
 * A database to copy.
 *
 * @param name of the part in reports, and of the database
 * @param statements that fill it
 * @param pgbenchScale above 0: filled by {@code pgbench -i} at this scale
 */
record Dataset(String name, List<String> statements, int pgbenchScale) {
    Dataset {
        statements = List.copyOf(statements);
    }

    /** The three that the promise names, at a scale of 1 for their full size. */
    static List<Dataset> all(double scale) {
        return List.of(
                pgbench((int) Math.max(1, 50 * scale)),
                new Dataset("wide", wide((long) (120_000 * scale)), 0),
                new Dataset("skewed", skewed((long) (3_000_000 * scale)), 0));
    }

    static Dataset pgbench(int scale) {
        return new Dataset("pgbench", List.of("ALTER TABLE pgbench_history REPLICA IDENTITY FULL"), scale);
    }

    private static List<String> wide(long rows) {
        var columns = new StringBuilder();
        var values = new StringBuilder();
        for (var i = 0; i < 10; i++) {
            columns.append(", n%d int, t%d text, d%d timestamptz, m%d numeric(14,2)".formatted(i, i, i, i));
            values.append(
                    ", n * %d %% 10007, md5((n + %d)::text), timestamptz '2020-01-01' + n * interval '%d seconds', n / 7.0"
                            .formatted(i + 3, i, i + 1));
        }
        var body = "(SELECT string_agg(md5((n * 100 + k)::text), '') FROM generate_series(1, 90) k)";
        return List.of(
                "CREATE TABLE wide (id bigint PRIMARY KEY%s, body text, doc jsonb)".formatted(columns),
                "INSERT INTO wide SELECT n%s, %s, jsonb_build_object('n', n, 'h', md5(n::text)) FROM generate_series(1, %d) n"
                        .formatted(values, body, rows),
                "CREATE INDEX ON wide (t0)",
                "CREATE INDEX ON wide (d0, n0)");
    }

    /** Nine tenths of the rows have keys within a thousandth of the range, and many of the others are deleted. */
    private static List<String> skewed(long rows) {
        return List.of(
                "CREATE TABLE skewed (id bigint PRIMARY KEY, kind text, amount numeric(12,2), at timestamptz, note text)",
                """
                INSERT INTO skewed SELECT CASE WHEN n %% 10 = 0 THEN n * 1000000::bigint ELSE n END, 'kind ' || n %% 7, n %% 9973 / 3.0,
                  timestamptz '2021-01-01' + n * interval '1 second', repeat(md5(n::text), 1 + (n %% 3)::int)
                FROM generate_series(1, %d) n""".formatted(rows),
                "DELETE FROM skewed WHERE id > 1000000 AND id / 1000000 % 4 = 0",
                "CREATE INDEX ON skewed (kind, at)",
                "CREATE INDEX ON skewed (amount)");
    }

    void create(EmbeddedPostgres source, Programs programs) {
        Servers.execute(source, "postgres", List.of("CREATE DATABASE " + name));
        if (pgbenchScale > 0) {
            var port = Integer.toString(source.port());
            programs.run(List.of(
                    Programs.path("pgbench"),
                    "-h",
                    "127.0.0.1",
                    "-p",
                    port,
                    "-U",
                    "postgres",
                    "-i",
                    "-q",
                    "-s",
                    Integer.toString(pgbenchScale),
                    name));
        }
        Servers.execute(source, name, statements);
        Servers.execute(source, name, List.of("VACUUM ANALYZE"));
    }

    long rows(EmbeddedPostgres source) {
        return Long.parseLong(Servers.text(
                source,
                name,
                "SELECT sum(reltuples)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE relkind = 'r' AND nspname = 'public'"));
    }
}
