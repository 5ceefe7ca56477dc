package godwit.cli;

import godwit.GodwitException;
import godwit.cli.demo.ChangeDemonstration;
import godwit.cli.demo.Demo;
import godwit.cli.demo.DemoSettings;
import godwit.cli.demo.Demonstration;
import godwit.cli.live.Chatter;
import godwit.cli.live.Screen;
import godwit.demo.CaseDatabase;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code godwit demo}: a live move on servers of its own, from nothing to proof. */
@Command(
        name = "demo",
        description = "Watch a live move, or a live change of tables: PostgreSQL servers of its own, clients that never"
                + " stop, there, back and there again.")
final class DemoCommand implements Callable<Integer> {
    private static final String MOVE = "move";
    private static final String CHANGE = "change";

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec command;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "WHAT",
            description = "What is shown: move (default), or change: tables in two shapes for two versions of an"
                    + " application.")
    String what = MOVE;

    @Option(names = "--rows", paramLabel = "N", description = "Rows to begin with (default: ${DEFAULT-VALUE}).")
    long rows = 200_000;

    @Option(names = "--clients", paramLabel = "N", description = "Clients at once (default: ${DEFAULT-VALUE}).")
    int clients = 8;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long they work, about (default: ${DEFAULT-VALUE}).")
    int seconds = 60;

    @Option(names = "--keep", description = "Leave the servers running and print their addresses.")
    boolean keep;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    @Override
    public Integer call() {
        if (!what.equals(MOVE) && !what.equals(CHANGE)) {
            throw new ParameterException(
                    command.commandLine(), "There is no demonstration %s, only move and change.".formatted(what));
        }
        requireAtLeast("--rows", rows, CaseDatabase.ROWS_MIN);
        requireAtLeast("--clients", clients, 1);
        requireAtLeast("--seconds", seconds, 1);
        Chatter.hush();
        var output = new Output(System.out, System.err, json);
        var settings = new DemoSettings(rows, clients, seconds, keep);
        var screen = Screen.ofErrors();
        Demo demonstration =
                what.equals(CHANGE) ? new ChangeDemonstration(settings, screen) : new Demonstration(settings, screen);
        try {
            demonstration.run();
            output.result(demonstration.report());
            return (demonstration.isOk() ? ExitCode.DONE : ExitCode.REFUSED).status();
        } catch (GodwitException e) {
            if (!demonstration.isCutShort()) {
                output.problem(e.problem(), demonstration.report());
            }
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
