package godwit.cli;

import godwit.GodwitException;
import godwit.cli.live.ChangeWatch;
import godwit.cli.live.Operator;
import godwit.cli.live.Screen;
import godwit.cli.log.StateFolder;
import godwit.postgres.change.Pending;
import godwit.postgres.change.SchemaChange;
import godwit.run.Stopping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit migrate}: all that a schema has not had yet of a folder of migrations. */
@Command(
        name = "migrate",
        description = "Start all migrations of a folder that the schema has not had, as one change or one by one.")
final class MigrateCommand implements Callable<Integer> {
    /** For how long nobody may have used a version that goes, as complete has it. */
    private static final Duration UNUSED = Duration.ofSeconds(2);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Where the migration files are.")
    Path folder = Path.of("");

    @Mixin
    DatabaseOptions of = new DatabaseOptions();

    @Mixin
    FillOptions fill = new FillOptions();

    @Option(
            names = "--one-by-one",
            description = "Each with a version of its own, which is complete before the next begins.")
    boolean oneByOne;

    @Option(names = "--complete", description = "Complete the last one too.")
    boolean complete;

    @Option(names = "--as", paramLabel = "NAME", description = "For whom this is done, for the ledger.")
    @Nullable
    String as;

    @Override
    public Integer call() {
        var output = of.output();
        Pending pending;
        try {
            PullCommand.requireFolder(folder);
            fill.require();
            var operator = Operator.of(as, StateFolder.of(System.getenv()));
            pending = of.subject().pending(folder, fill.conduct(operator));
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.WRONG_USAGE.status();
        }
        try {
            output.result(migrated(pending, output));
            return ExitCode.DONE.status();
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.REFUSED.status();
        }
    }

    private Map<String, Object> migrated(Pending pending, Output output) {
        var changes = oneByOne ? pending.oneByOne() : pending.asOne().stream().toList();
        var stopping = new Stopping();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stopping::ask));
        var done = new ArrayList<Map<String, Object>>();
        for (var change : changes) {
            done.add(migrated(change, change.equals(changes.getLast()), stopping, output));
        }
        if (changes.isEmpty()) {
            output.say("%s has had all migrations of %s.".formatted(of.schema, folder));
        }
        return Map.of("changes", done);
    }

    private Map<String, Object> migrated(SchemaChange change, boolean isLast, Stopping stopping, Output output) {
        var report = new LinkedHashMap<String, Object>();
        try (var watch = new ChangeWatch(change, Screen.ofErrors())) {
            watch.beside();
            report.putAll(change.start(stopping));
        }
        if (!isLast || complete) {
            report.putAll(change.complete(UNUSED));
        }
        report.put("name", change.name());
        output.say("%s is %s.".formatted(change.name(), report.get("state")));
        return report;
    }
}
