package godwit.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that are about one database and no file. */
final class DatabaseOptions {
    @Option(
            names = "--database",
            paramLabel = "env:NAME",
            description = "Where the database's URL is found (default: GODWIT_DATABASE has it).")
    @Nullable
    String database;

    @Option(names = "--schema", paramLabel = "NAME", description = "The schema (default: ${DEFAULT-VALUE}).")
    String schema = "public";

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    Output output() {
        return new Output(System.out, System.err, json);
    }

    ChangeSubject subject() {
        return new ChangeSubject(System.getenv(), database, schema);
    }
}
