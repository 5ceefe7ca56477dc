package godwit.cli;

import godwit.GodwitException;
import godwit.file.MoveFile;
import godwit.postgres.move.MoveAccess;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all verbs of a move share: the file, the output, and what a failure's exit status is. */
abstract class MoveCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(index = "0", paramLabel = "FILE", description = "The move file.")
    Path file = Path.of("move.yaml");

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    @Option(names = "--as", paramLabel = "NAME", description = "Who is asking, for the ledger.")
    String operator = System.getProperty("user.name", "unknown");

    @Override
    public final Integer call() {
        var output = new Output(System.out, System.err, json);
        MoveAccess access;
        try {
            var folder = file.toAbsolutePath().normalize().resolveSibling(".");
            access = new MoveAccess(MoveFile.read(file), folder, System.getenv());
            access.requireAddresses();
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.WRONG_USAGE.status();
        }
        try {
            return run(access, output).status();
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.REFUSED.status();
        }
    }

    abstract ExitCode run(MoveAccess access, Output output);
}
