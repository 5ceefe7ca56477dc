package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.cli.live.Operator;
import godwit.cli.log.StateFolder;
import godwit.file.Layers;
import godwit.postgres.change.ChangeConduct;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.move.MoveAccess;
import godwit.run.RealPace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all verbs of a move share: the file, the output, and what a failure's exit status is. */
abstract class MoveCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(index = "0", paramLabel = "FILE|RUN", description = "The move file, a run's id, or a migration file.")
    String subject = "move.yaml";

    @Option(
            names = "--target",
            paramLabel = "env:NAME",
            description = "With a run's id: where the target's URL is found (default: GODWIT_TARGET).")
    @Nullable
    String target;

    @Option(
            names = "--database",
            paramLabel = "env:NAME",
            description = "With a migration file: where the database's URL is found (default: GODWIT_DATABASE has it).")
    @Nullable
    String database;

    @Option(
            names = "--schema",
            paramLabel = "NAME",
            description = "With a migration file: the schema that it changes (default: ${DEFAULT-VALUE}).")
    String schema = "public";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that goes before the environment's and the file's; may be repeated.")
    Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    @Option(names = "--as", paramLabel = "NAME", description = "For whom this is done, for the ledger.")
    @Nullable
    String as;

    private @Nullable Layers layers;

    @Override
    public final Integer call() {
        var output = new Output(System.out, System.err, json);
        var read = new Layers(set, System.getenv());
        layers = read;
        Work work;
        try {
            requireUsage();
            work = found(read, output);
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.WRONG_USAGE.status();
        }
        try {
            return work.done().status();
        } catch (GodwitException e) {
            output.problem(e.problem());
            var isUnknown = e.problem().code().equals("writes-unknown");
            return (isUnknown ? ExitCode.UNKNOWN : ExitCode.REFUSED).status();
        } catch (RuntimeException e) {
            output.problem(unexpected(e));
            return ExitCode.UNKNOWN.status();
        }
    }

    private interface Work {
        ExitCode done();
    }

    /** What can be told to be wrong without a database is told here. */
    private Work found(Layers read, Output output) {
        var change = new ChangeSubject(System.getenv(), database, schema).find(subject, conduct());
        if (change.isPresent()) {
            requireForChanges();
            return () -> change(change.get().open(), output);
        }
        var move = new Subject(read, System.getenv()).find(subject, Optional.ofNullable(target));
        return () -> run(move.open(), output);
    }

    /** Throws where the verb has no meaning for a change of a schema. */
    void requireForChanges() {
        throw Problem.of(
                        "verb-for-moves",
                        "This verb is for moves, and %s is a migration file.".formatted(subject),
                        "Changes have plan, start, status, verify, switch, rollback and complete.")
                .asException();
    }

    /** How a change is carried out. */
    ChangeConduct conduct() {
        return ChangeConduct.of(operator().name(), new RealPace()).with(new EmbeddedShadows());
    }

    /** What the verb does to a change; never called where {@link #requireForChanges} throws. */
    ExitCode change(SchemaChange change, Output output) {
        throw new IllegalStateException("a verb for moves");
    }

    /** Its message is not shown: it may hold anything. */
    private static Problem unexpected(RuntimeException e) {
        var at = e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
        return Problem.of(
                "unexpected",
                "Godwit failed in a way that it does not know: %s%s."
                        .formatted(e.getClass().getSimpleName(), at),
                "Look with godwit status how the run stands, and report this.");
    }

    /** Throws when the command was called in a way that can be told to be wrong without a file or a database. */
    void requireUsage() {}

    /** Who asks: for the ledger, the system's user, and for whom. */
    final Operator operator() {
        return Operator.of(as, StateFolder.of(System.getenv()));
    }

    /** Where the settings' values came from, once the file is read. */
    final List<Layers.Origin> origins() {
        return layers == null ? List.of() : layers.origins();
    }

    abstract ExitCode run(MoveAccess access, Output output);
}
