package godwit.postgres.change;

import godwit.change.plan.Step;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.SqlText;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Walks through a table by its key and fills what rows want, batch by batch; the place is kept with the rows.
 *
 * <p>A row may have its key changed while others are filled and so be passed by, which is looked for at the end.
 */
final class Backfilling {
    private static final long BATCH_NANOS_WANTED = 150_000_000;
    private static final int ROWS_MIN = 100;
    private static final int ROWS_MAX = 50_000;
    private static final int ROUNDS_MAX = 10;

    private final Session session;
    private final UUID run;
    private final int number;
    private final Step.Backfill step;
    private final String path;
    private final Runnable requireWanted;
    private final List<SqlText> types;
    private int rows = 2_000;

    /** @param requireWanted throws where the rest is not wanted any more; called before each batch, outside a transaction */
    Backfilling(Session session, UUID run, int number, Step.Backfill step, String path, Runnable requireWanted) {
        this.session = session;
        this.run = run;
        this.number = number;
        this.step = step;
        this.path = path;
        this.requireWanted = requireWanted;
        this.types = step.key().stream().map(this::type).toList();
    }

    private SqlText type(Identifier column) {
        return new SqlText(session.text(
                "SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
                        + " WHERE attrelid = ?::regclass AND attname = ?",
                step.table().sql(),
                column.name()));
    }

    void fill() {
        session.execute(
                "INSERT INTO godwit.backfill (run, number, rows_total) SELECT ?, ?, greatest(reltuples, 0)"
                        + " FROM pg_catalog.pg_class WHERE oid = ?::regclass ON CONFLICT DO NOTHING",
                run,
                number,
                step.table().sql());
        session.text("SELECT set_config('godwit.backfill', 'on', false)");
        for (var round = 1; round <= ROUNDS_MAX; round++) {
            walk();
            if (!wanting()) {
                break;
            }
            session.execute("UPDATE godwit.backfill SET last_key = NULL WHERE run = ? AND number = ?", run, number);
        }
        session.text("SELECT set_config('godwit.backfill', '', false)");
    }

    private boolean wanting() {
        return session.transaction(s -> {
            s.text("SELECT set_config('search_path', ?, true)", path);
            s.execute("SET LOCAL lock_timeout = '5s'");
            s.execute("SELECT set_config('godwit.wanting', (SELECT EXISTS (SELECT FROM ONLY " + table() + " WHERE "
                    + step.condition() + "))::text, true)");
            return s.is("SELECT current_setting('godwit.wanting')::boolean");
        });
    }

    private String table() {
        return step.table().sql() + " AS " + step.table().name().sql();
    }

    private void walk() {
        var last = session.first(
                "SELECT last_key FROM godwit.backfill WHERE run = ? AND number = ? AND last_key IS NOT NULL",
                row -> List.of((String[]) row.getArray(1).getArray()),
                run,
                number);
        while (true) {
            requireWanted.run();
            var from = last;
            var began = System.nanoTime();
            last = session.transaction(s -> batch(s, from));
            if (last.isEmpty()) {
                return;
            }
            var took = Math.max(1, System.nanoTime() - began);
            rows = (int) Math.clamp(rows * Math.clamp((double) BATCH_NANOS_WANTED / took, 0.5, 2), ROWS_MIN, ROWS_MAX);
        }
    }

    /** Returns the last key of the batch; empty when there is none after {@code from}. */
    private Optional<List<String>> batch(Session within, Optional<List<String>> from) {
        within.text("SELECT set_config('search_path', ?, true)", path);
        within.execute("SET LOCAL lock_timeout = '5s'");
        var to = bound(within, from);
        if (to.isPresent()) {
            // Without parameters: people's SQL may have question marks of its own.
            var filled = within.execute("UPDATE ONLY " + table() + " SET " + String.join(", ", step.assignments())
                    + " WHERE " + after(from) + keys() + " <= " + values(to.get()) + " AND (" + step.condition() + ")");
            within.execute(
                    "UPDATE godwit.backfill SET last_key = ?, rows = rows + ? WHERE run = ? AND number = ?",
                    to.get().toArray(String[]::new),
                    filled,
                    run,
                    number);
        }
        return to;
    }

    private Optional<List<String>> bound(Session within, Optional<List<String>> from) {
        var order = step.key().stream().map(this::name).collect(Collectors.joining(", "));
        var back = step.key().stream().map(column -> name(column) + " DESC").collect(Collectors.joining(", "));
        var texts = step.key().stream().map(column -> name(column) + "::text").collect(Collectors.joining(", "));
        return within.first(
                "SELECT ARRAY[" + texts + "] FROM (SELECT " + order + " FROM ONLY " + table() + " WHERE " + after(from)
                        + "true ORDER BY " + order + " LIMIT ?) AS "
                        + step.table().name().sql() + " ORDER BY " + back
                        + " LIMIT 1",
                row -> List.of((String[]) row.getArray(1).getArray()),
                rows);
    }

    private String name(Identifier column) {
        return step.table().name().sql() + "." + column.sql();
    }

    private String keys() {
        return step.key().stream().map(this::name).collect(Collectors.joining(", ", "(", ")"));
    }

    private String values(List<String> key) {
        return IntStream.range(0, key.size())
                .mapToObj(i -> new Literal(key.get(i)).sql() + "::" + types.get(i))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private String after(Optional<List<String>> from) {
        return from.map(key -> keys() + " > " + values(key) + " AND ").orElse("");
    }
}
