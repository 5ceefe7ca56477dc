package godwit.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies whole databases with their indexes and ANALYZE, from the first command to a copy that is followed. */
final class CopyBench implements Bench {
    private final Peer peer;

    CopyBench(Peer peer) {
        this.peer = peer;
    }

    /** What else can copy a database. */
    interface Peer {
        String benchmark();

        String against();

        double least();

        List<String> programs();

        void copy(Setting setting, String database);
    }

    @Override
    public String name() {
        return peer.benchmark();
    }

    @Override
    public List<String> programs() {
        var all = new ArrayList<>(peer.programs());
        all.add("pgbench");
        return all;
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        var parts = new LinkedHashMap<String, Comparison>();
        for (var dataset : Dataset.all(setting.scale())) {
            dataset.create(setting.servers().source(), setting.programs());
            parts.put(dataset.name(), compare(setting, dataset));
            Servers.execute(
                    setting.servers().source(),
                    "postgres",
                    List.of("DROP DATABASE " + dataset.name() + " WITH (FORCE)"));
        }
        return parts;
    }

    private Comparison compare(Setting setting, Dataset dataset) {
        var seconds = Turns.take(setting.runs(), run -> theirs(setting, dataset), run -> ours(setting, dataset));
        var rows = dataset.rows(setting.servers().source());
        return new Comparison(
                name(), peer.against(), "rows/s", rows, seconds.getLast(), seconds.getFirst(), peer.least());
    }

    private double theirs(Setting setting, Dataset dataset) {
        setting.servers().emptyTarget(dataset.name());
        var seconds = Stopwatch.of(() -> peer.copy(setting, dataset.name()));
        requireSame(setting, dataset);
        return seconds;
    }

    private static double ours(Setting setting, Dataset dataset) {
        setting.servers().emptyTarget(dataset.name());
        var watch = new Stopwatch();
        try (var move =
                Move.start(setting.servers(), dataset.name(), setting.programs(), setting.folder(), setting.jobs())) {
            move.awaitReady();
            var seconds = watch.seconds();
            requireSame(setting, dataset);
            return seconds;
        }
    }

    /** A copy that lacks rows or indexes counts for nothing. */
    private static void requireSame(Setting setting, Dataset dataset) {
        var indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'";
        var tables = "SELECT string_agg(format('SELECT %L, count(*) FROM public.%I', relname, relname), ' UNION ALL ')"
                + " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
        var counts = "SELECT string_agg(c::text, ' ' ORDER BY c::text) FROM (%s) c"
                .formatted(Servers.text(setting.servers().source(), dataset.name(), tables));
        for (var query : List.of(indexes, counts)) {
            var source = Servers.text(setting.servers().source(), dataset.name(), query);
            var target = Servers.text(setting.servers().target(), dataset.name(), query);
            if (!source.equals(target)) {
                throw new IllegalStateException("the copy is not whole: " + source + " and " + target);
            }
        }
    }
}
