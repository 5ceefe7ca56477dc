package godwit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Moves the writes there and back under 500 transactions a second, and asks the clients how long they could not write. */
final class SwitchBench implements Bench {
    private static final double PROMISED_SECONDS = 0.5;
    private static final int TRANSACTIONS_PER_SECOND = 500;
    private static final int CLIENTS = 8;

    @Override
    public String name() {
        return "switch";
    }

    @Override
    public List<String> programs() {
        return List.of("pgbench");
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        var dataset = Dataset.pgbench(Math.max(1, (int) (10 * setting.scale())));
        dataset.create(setting.servers().source(), setting.programs());
        setting.servers().emptyTarget(dataset.name());
        var route = setting.folder().resolve("route");
        try {
            Files.writeString(route, "source");
            var hook = hook(setting.folder(), route);
            try (var writers =
                            Writers.start(setting.servers(), dataset.name(), route, CLIENTS, TRANSACTIONS_PER_SECOND);
                    var move = Move.start(
                            setting.servers(),
                            dataset.name(),
                            setting.programs(),
                            setting.folder(),
                            "switch:\n  hook: [" + hook + "]\n")) {
                return Map.of("pause", pauses(setting, writers, move.awaitReady()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path hook(Path folder, Path route) throws IOException {
        var hook = folder.resolve("route.sh");
        Files.writeString(hook, """
                #!/bin/sh
                echo "$GODWIT_WRITES" >"%1$s.new" && mv "%1$s.new" "%1$s"
                """.formatted(route));
        return Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    }

    private Comparison pauses(Setting setting, Writers writers, Move move) {
        var pauses = new ArrayList<Double>();
        var promised = new ArrayList<Double>();
        for (var run = 0; run < setting.runs(); run++) {
            var there = run % 2 == 0;
            writers.awaitSteady();
            if (there) {
                move.verb("switch");
            } else {
                move.verb("switch", "--back");
            }
            pauses.add(writers.longestGapSeconds());
            promised.add(PROMISED_SECONDS);
        }
        writers.requireUnfailed();
        return new Comparison(name(), "the promised write pause", "ms", 1, pauses, promised, 1);
    }
}
