package godwit.cli;

import godwit.file.MoveFileSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit schema}: the JSON Schema of the move file, for editors. */
@Command(name = "schema", description = "Print the JSON Schema of the move file, for editors.")
final class SchemaCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Option(names = "--json", description = "As all commands have it; the schema is JSON anyway.")
    boolean json;

    @Override
    public Integer call() {
        System.out.print(MoveFileSchema.text());
        System.out.flush();
        return ExitCode.DONE.status();
    }
}
