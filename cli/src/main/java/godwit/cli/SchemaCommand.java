package godwit.cli;

import godwit.file.FileSchema;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code godwit schema}: the JSON Schema of the move file or of the migration file, for editors. */
@Command(name = "schema", description = "Print the JSON Schema of the move file or of the migration file, for editors.")
final class SchemaCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "KIND",
            description = "move, which is the default, or migration.",
            converter = Kind.class)
    FileSchema schema = FileSchema.MOVE;

    @Option(names = "--json", description = "As all commands have it; the schema is JSON anyway.")
    boolean json;

    @Override
    public Integer call() {
        System.out.print(schema.text());
        System.out.flush();
        return ExitCode.DONE.status();
    }

    /** Reads what kind of file is meant. */
    static final class Kind implements ITypeConverter<FileSchema> {
        @Override
        public FileSchema convert(String word) {
            return Arrays.stream(FileSchema.values())
                    .filter(schema -> schema.name().toLowerCase(Locale.ROOT).equals(word))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("write move or migration"));
        }
    }
}
