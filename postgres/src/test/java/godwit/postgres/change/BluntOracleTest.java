package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever operations a migration has, it ends in the catalog and the rows that the same comes to as plain DDL under a lock, and
 * its rollback in those that it began with. Tables, operations and what both versions write are made up by a seed.
 */
@ExtendWith(Servers.class)
class BluntOracleTest {
    private final Pair pair;

    BluntOracleTest(Pair pair) {
        this.pair = pair;
    }

    static IntStream few() {
        return IntStream.rangeClosed(1, 12);
    }

    static IntStream many() {
        return IntStream.rangeClosed(1001, 1150);
    }

    @ParameterizedTest
    @MethodSource("few")
    void aChangeIsWhatTheBluntOneIs(int seed) {
        compare(seed);
    }

    @ParameterizedTest
    @MethodSource("many")
    @Tag("full")
    void manyChangesAreWhatTheBluntOnesAre(int seed) {
        compare(seed);
    }

    private void compare(int seed) {
        var random = new Random(seed);
        var table = new RandomTable(random);
        var oldWrites = table.writes(1000);
        var beforeRollback = table.writes(2000);
        var operations = new RandomOperations(table, 1 + random.nextInt(5));
        var newWrites = table.writes(3000);
        var name = new Identifier(table.name).sql();
        var what = "seed " + seed + "\n" + operations.migration()
                + table.sql().lines().filter(l -> !l.startsWith("INSERT")).toList();
        pair.source(table.sql());
        var change = Reach.change(pair.source(), "02_x", operations.migration());
        var shape = Reach.shape(pair.atSource());
        var rows = rows(pair.atSource(), "t");

        rolledBack(change, beforeRollback, seed % 2 == 0, what);

        assertThat(Reach.shape(pair.atSource())).as(what).containsExactlyElementsOf(shape);
        if (seed % 2 == 0) {
            assertThat(rows(pair.atSource(), "t")).as(what).containsExactlyElementsOf(rows);
        } else {
            pair.source("DROP TABLE kid, t; DROP FUNCTION IF EXISTS unboss(); " + table.sql());
        }

        change.start(Stopping.never());
        write("public", oldWrites);
        write("public_02_x", newWrites);
        assertThat(change.verify()).as(what).containsEntry("differences", 0L);
        change.complete(Duration.ofMillis(10));

        Reach.assertSame(
                pair,
                blunt -> {
                    blunt.execute(table.sql());
                    oldWrites.forEach(sql -> blunt.execute(sql.formatted("public", "public")));
                    operations.blunt().forEach(blunt::execute);
                    newWrites.forEach(sql -> blunt.execute(sql.formatted("public", "public")));
                },
                session -> rows(session, name));
    }

    /** With writes of both versions in turn, or without any. */
    private void rolledBack(SchemaChange change, List<String> writes, boolean isIdle, String what) {
        change.start(Stopping.never());
        if (!isIdle) {
            write("public", writes);
            assertThat(change.verify()).as(what).containsEntry("differences", 0L);
        }
        change.rollback();
    }

    private void write(String schema, List<String> statements) {
        try (var client = Pair.application(pair.source())) {
            statements.forEach(sql -> client.execute(sql.formatted(schema, schema)));
        }
    }

    /** Of all columns, sorted by their names: they may stand in another order. */
    private static List<String> rows(Session session, String table) {
        return session.query(
                "SELECT (SELECT string_agg(key || '=' || coalesce(value, 'NULL'), ',' ORDER BY key)"
                        + " FROM jsonb_each_text(to_jsonb(t))) FROM public." + table + " t"
                        + " UNION ALL SELECT k || ' of ' || coalesce(t::text, 'NULL') FROM public.kid ORDER BY 1",
                row -> row.getString(1));
    }
}
