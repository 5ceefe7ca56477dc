package godwit.bench;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * The best loop that one would write by hand: ranges of a key without gaps, each an UPDATE of its own, by as many sessions, beside
 * the trigger that Godwit makes, which it passes by in the same way.
 */
final class KeysetLoop implements BackfillBench.Peer {
    private static final long ROWS = 10_000;

    @Override
    public String benchmark() {
        return "backfill";
    }

    @Override
    public String against() {
        return "a keyset UPDATE loop, the same trigger";
    }

    @Override
    public double least() {
        return 1;
    }

    @Override
    public double fill(Bench.Setting setting) {
        People.createEmpty(setting);
        new Change(setting, People.DATABASE, People.OPERATIONS).verb("start");
        var triggers = Servers.text(
                setting.servers().source(),
                People.DATABASE,
                "SELECT string_agg(format('ALTER TABLE people ENABLE ALWAYS TRIGGER %I', tgname), '; ') FROM pg_trigger"
                        + " WHERE tgrelid = 'people'::regclass AND tgname LIKE '!godwit%'");
        People.fill(setting, List.of(triggers));
        var seconds = Stopwatch.of(() -> CompletableFuture.allOf(IntStream.range(0, setting.jobs())
                        .mapToObj(worker -> CompletableFuture.runAsync(() -> work(setting, worker)))
                        .toArray(CompletableFuture[]::new))
                .join());
        BackfillBench.requireFilled(setting, "_godwit_phone");
        return seconds;
    }

    private static void work(Bench.Setting setting, int worker) {
        try (var connection = Servers.connect(setting.servers().source(), People.DATABASE);
                var statement = connection.createStatement()) {
            statement.execute("SET godwit.backfill = 'on'");
            for (var from = worker * ROWS; from < People.rows(setting); from += setting.jobs() * ROWS) {
                statement.execute("UPDATE people SET _godwit_phone = " + People.UP + " WHERE id > " + from
                        + " AND id <= " + (from + ROWS));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
