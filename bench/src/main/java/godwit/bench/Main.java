package godwit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code bench/run}. */
@Command(
        name = "bench/run",
        sortOptions = false,
        description = "Measures Godwit against its peers, both in turn, and prints the ratios of the medians.")
final class Main implements Callable<Integer> {
    private static final List<Bench> ALL = List.of(
            new CopyBench(new PgcopydbClone()),
            new CopyBench(new PsqlPipes()),
            new ApplyBench(),
            new VerifyBench(),
            new SwitchBench(),
            new BackfillBench(new KeysetLoop()),
            new BackfillBench(new PgrollBatches()),
            new ImpactBench(),
            new RetypeBench());

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description =
                    "copy, copy-limit, apply, verify, switch, backfill, backfill-pgroll, impact, retype; none: all.")
    List<String> names = new ArrayList<>();

    @Option(names = "--json", description = "Print one line of JSON for each benchmark on standard output.")
    boolean json;

    @Option(names = "--runs", paramLabel = "N", description = "How often each side is measured (5).")
    int runs = 5;

    @Option(names = "--scale", paramLabel = "X", description = "1 for the sizes that are promised (1).")
    double scale = 1;

    @Option(names = "--jobs", paramLabel = "N", description = "What either side does at once (this machine's cores).")
    int jobs = Runtime.getRuntime().availableProcessors();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() {
        var chosen = ALL.stream()
                .filter(bench -> names.isEmpty() || names.contains(bench.name()))
                .toList();
        if (chosen.size() < names.size()) {
            System.err.println("There is no such benchmark; --help lists them.");
            return 2;
        }
        var missing = chosen.stream()
                .flatMap(bench -> Programs.missing(bench.programs()).stream())
                .distinct()
                .toList();
        if (!missing.isEmpty()) {
            System.err.println("Missing: " + missing + ". Debian's packages postgresql-15 and pgcopydb have them.");
            return 1;
        }
        var met = true;
        System.err.println(Comparison.head());
        for (var bench : chosen) {
            met &= measured(bench);
        }
        return met ? 0 : 1;
    }

    private boolean measured(Bench bench) {
        try {
            var folder = Files.createTempDirectory("godwit-bench-");
            try (var servers = Servers.start()) {
                var log = Files.createFile(folder.resolve("log"));
                var setting = new Bench.Setting(servers, new Programs(log), runs, scale, jobs, folder);
                return report(bench, setting);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean report(Bench bench, Bench.Setting setting) {
        var parts = bench.run(setting);
        parts.forEach((part, comparison) -> System.err.println(comparison.row(part)));
        var all = List.copyOf(parts.values());
        if (json) {
            System.out.println(Comparison.worst(all).json(List.copyOf(parts.keySet()), all));
        }
        return all.stream().allMatch(Comparison::isMet);
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
