package godwit.cli;

import godwit.GodwitException;
import godwit.cli.demo.DemoSettings;
import godwit.cli.demo.Demonstration;
import godwit.cli.live.Screen;
import godwit.demo.CaseDatabase;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code godwit demo}: a live move on servers of its own, from nothing to proof. */
@Command(
        name = "demo",
        description = "Watch a live move: two PostgreSQL servers of its own, clients that never stop, there, back and"
                + " there again.")
final class DemoCommand implements Callable<Integer> {
    /** Held here, because the JDK's logging forgets loggers that nobody holds. */
    private static final Logger LOGGER = Logger.getLogger("godwit");

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec command;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Option(names = "--rows", paramLabel = "N", description = "Rows to begin with (default: ${DEFAULT-VALUE}).")
    long rows = 200_000;

    @Option(names = "--clients", paramLabel = "N", description = "Clients at once (default: ${DEFAULT-VALUE}).")
    int clients = 8;

    @Option(names = "--seconds", paramLabel = "N", description = "How long they work, about (default: ${DEFAULT-VALUE}).")
    int seconds = 60;

    @Option(names = "--keep", description = "Leave the servers running and print their addresses.")
    boolean keep;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    @Override
    public Integer call() {
        requireAtLeast("--rows", rows, CaseDatabase.ROWS_MIN);
        requireAtLeast("--clients", clients, 1);
        requireAtLeast("--seconds", seconds, 1);
        LOGGER.setLevel(Level.WARNING);
        var output = new Output(System.out, System.err, json);
        var demonstration = new Demonstration(new DemoSettings(rows, clients, seconds, keep), Screen.ofErrors());
        try {
            demonstration.run();
            output.result(demonstration.report().toMap());
            return (demonstration.report().isOk() ? ExitCode.DONE : ExitCode.REFUSED).status();
        } catch (GodwitException e) {
            output.problem(e.problem(), demonstration.report().toMap());
            return ExitCode.REFUSED.status();
        }
    }

    private void requireAtLeast(String option, long value, long least) {
        if (value < least) {
            throw new ParameterException(
                    command.commandLine(), "%s is %d, but must be at least %d.".formatted(option, value, least));
        }
    }
}
