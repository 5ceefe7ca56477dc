package godwit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What clients of the same server notice of a backfill that is held to 20,000 rows a second: the p99 of their latencies. */
final class ImpactBench implements Bench {
    private static final int SECONDS = 20;
    private static final int ROWS_PER_SECOND = 20_000;
    private static final int TRANSACTIONS_PER_SECOND = 200;

    @Override
    public String name() {
        return "impact";
    }

    @Override
    public List<String> programs() {
        return List.of("pgbench");
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        var seconds = Turns.take(setting.runs(), run -> beside(setting), run -> alone(setting));
        return Map.of(
                "p99",
                new Comparison(
                        name(),
                        "pgbench without a backfill, at most 1.5 x",
                        "ms",
                        1,
                        seconds.getFirst(),
                        seconds.getLast(),
                        1 / 1.5));
    }

    private static double alone(Setting setting) {
        prepare(setting);
        return p99(setting);
    }

    private static double beside(Setting setting) {
        prepare(setting);
        var change = new Change(setting, People.DATABASE, People.OPERATIONS);
        var start = change.begin("start", "--rows-per-second", Integer.toString(ROWS_PER_SECOND));
        awaitFilling(setting);
        var before = filled(setting);
        var p99 = p99(setting);
        var rate = (filled(setting) - before) / (double) SECONDS;
        if (rate < ROWS_PER_SECOND * 0.98 && start.isAlive()) {
            throw new IllegalStateException("only %.0f rows a second were filled".formatted(rate));
        }
        setting.programs().await(start, List.of("start"));
        return p99;
    }

    private static void prepare(Setting setting) {
        People.create(setting);
        setting.programs()
                .run(List.of(
                        Programs.path("pgbench"),
                        "-i",
                        "-q",
                        "-s",
                        "10",
                        setting.servers().source().url(People.DATABASE)));
        setting.servers().settle();
    }

    private static long filled(Setting setting) {
        return Long.parseLong(
                Servers.text(setting.servers().source(), People.DATABASE, "SELECT sum(rows) FROM godwit.backfill"));
    }

    private static void awaitFilling(Setting setting) {
        var watch = new Stopwatch();
        var source = setting.servers().source();
        while (Servers.text(source, People.DATABASE, "SELECT to_regclass('godwit.backfill') IS NULL")
                        .equals("t")
                || Servers.text(source, People.DATABASE, "SELECT count(*) FROM godwit.backfill WHERE rows > 0")
                        .equals("0")) {
            if (watch.seconds() > 60) {
                throw new IllegalStateException("nothing is filled after a minute");
            }
        }
    }

    /** Seconds that 99 of 100 transactions did not exceed, from when they were due. */
    private static double p99(Setting setting) {
        var log = setting.folder().resolve("impact");
        setting.programs()
                .run(List.of(
                        Programs.path("pgbench"),
                        "-n",
                        "-c",
                        "4",
                        "-T",
                        Integer.toString(SECONDS),
                        "-R",
                        Integer.toString(TRANSACTIONS_PER_SECOND),
                        "-l",
                        "--log-prefix=" + log,
                        setting.servers().source().url(People.DATABASE)));
        try (var files = Files.list(setting.folder())) {
            var latencies = new ArrayList<Long>();
            for (var file : files.filter(path -> path.getFileName().toString().startsWith("impact."))
                    .toList()) {
                for (var line : Files.readAllLines(file)) {
                    latencies.add(Long.parseLong(line.split(" ")[2]));
                }
                Files.delete(file);
            }
            latencies.sort(null);
            return latencies.get((int) (latencies.size() * 0.99)) / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
