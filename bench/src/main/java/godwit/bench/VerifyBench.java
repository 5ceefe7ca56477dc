package godwit.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Verifies a move that is in step, by the verb; against one hash over each table's rows as text, both sides at once. */
final class VerifyBench implements Bench {
    @Override
    public String name() {
        return "verify";
    }

    @Override
    public List<String> programs() {
        return List.of("pgbench");
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        var parts = new LinkedHashMap<String, Comparison>();
        for (var dataset : Dataset.all(setting.scale())) {
            dataset.create(setting.servers().source(), setting.programs());
            setting.servers().emptyTarget(dataset.name());
            try (var move = Move.start(
                    setting.servers(), dataset.name(), setting.programs(), setting.folder(), setting.jobs())) {
                parts.put(dataset.name(), compare(setting, dataset, move.awaitReady()));
            }
            Servers.execute(
                    setting.servers().source(),
                    "postgres",
                    List.of("DROP DATABASE " + dataset.name() + " WITH (FORCE)"));
        }
        return parts;
    }

    private Comparison compare(Setting setting, Dataset dataset, Move move) {
        setting.servers().settle();
        var seconds = Turns.take(
                setting.runs(),
                run -> Stopwatch.of(() -> hashBoth(setting.servers(), dataset.name())),
                run -> Stopwatch.of(() -> move.verb("verify")));
        var rows = dataset.rows(setting.servers().source());
        var against = "SELECT sum(hashtext(t::text)) on each side";
        return new Comparison(name(), against, "rows/s", rows, seconds.getLast(), seconds.getFirst(), 0.8);
    }

    private static void hashBoth(Servers servers, String database) {
        var tables = Servers.text(
                servers.source(),
                database,
                "SELECT string_agg(format('SELECT sum(hashtext(t::text)) FROM public.%I t', relname), ';')"
                        + " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
        var statements = List.of(tables.split(";"));
        var other = CompletableFuture.runAsync(() -> Servers.execute(servers.target(), database, statements));
        Servers.execute(servers.source(), database, statements);
        other.join();
    }
}
