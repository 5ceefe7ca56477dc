package godwit.file;

import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.change.Operation.SetColumnProperties.Compression;
import godwit.change.Operation.SetColumnProperties.Storage;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads operations about how tables and columns are kept and numbered; pgroll has none of them. */
final class PropertyReader {
    private static final int STATISTICS_MAX = 10_000;
    private static final Pattern PARAMETER = Pattern.compile("[a-z_]+(\\.[a-z_]+)?");

    private PropertyReader() {}

    static Operation columnProperties(Fields fields) {
        fields.only(Set.of("table", "column", "statistics", "storage", "compression"));
        var set = new Operation.SetColumnProperties(
                fields.name("table"),
                fields.name("column"),
                fields.maybeNumber("statistics", -1, STATISTICS_MAX),
                fields.has("storage") ? Optional.of(fields.word("storage", Storage.class)) : Optional.empty(),
                fields.has("compression")
                        ? Optional.of(fields.word("compression", Compression.class))
                        : Optional.empty());
        if (set.statistics().isEmpty()
                && set.storage().isEmpty()
                && set.compression().isEmpty()) {
            throw noChange(fields, "statistics, storage, compression");
        }
        return set;
    }

    static Operation storageParameters(Fields fields) {
        fields.only(Set.of("table", "storage_parameters", "reset"));
        var set = new Operation.SetStorageParameters(
                fields.name("table"), fields.maybeSql("storage_parameters"), fields.texts("reset"));
        if (set.parameters().isEmpty() && set.reset().isEmpty()) {
            throw noChange(fields, "storage_parameters, reset");
        }
        for (var name : set.reset()) {
            if (!PARAMETER.matcher(name).matches()) {
                throw fields.wrong(
                        "wrong-name",
                        "reset",
                        "%s names what is no storage parameter.".formatted(fields.at("reset")),
                        "Write them as SQL has them, such as fillfactor or toast.autovacuum_enabled.");
            }
        }
        return set;
    }

    static Operation setIdentity(Fields fields) {
        fields.only(Set.of("table", "column", "user_specified_values"));
        return new Operation.SetIdentity(
                fields.name("table"),
                fields.name("column"),
                fields.sqlWord(
                        "user_specified_values",
                        ColumnSpec.Generated.Values.class,
                        ColumnSpec.Generated.Values.ALWAYS));
    }

    static Operation dropIdentity(Fields fields) {
        fields.only(Set.of("table", "column"));
        return new Operation.DropIdentity(fields.name("table"), fields.name("column"));
    }

    private static RuntimeException noChange(Fields fields, String of) {
        return fields.wrong(
                "no-change",
                "",
                "%s changes nothing.".formatted(fields.at("")),
                "Give at least one of %s.".formatted(of));
    }
}
