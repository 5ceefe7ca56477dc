package godwit.cli;

import godwit.cli.live.Words;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.move.Finding;
import godwit.postgres.move.MoveAccess;
import godwit.postgres.move.PostgresMove;
import godwit.schema.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit plan}: what the move would do, object by object and table by table, without doing it. */
@Command(name = "plan", description = "Show what a move or a change of a schema would do; changes nothing.")
final class PlanCommand extends MoveCommand {
    /** The first pages of a table and of its TOAST table. */
    private static final long EMPTY_BYTES_MAX = 16_384;

    @Option(names = "--sql", description = "Show each statement that makes the target's objects.")
    boolean sql;

    @Override
    void requireForChanges() {}

    @Override
    ExitCode change(SchemaChange change, Output output) {
        Changes.tell(change.plan(), sql, output);
        return ExitCode.DONE;
    }

    @Override
    ExitCode run(MoveAccess access, Output output) {
        try (var steps = access.steps(UUID.randomUUID())) {
            var findings = steps.check();
            tell(access, steps, output);
            Findings.tell(findings, output);
            var plan = new LinkedHashMap<String, Object>();
            plan.put("name", access.spec().name());
            plan.put("tables", steps.tables().stream().map(PlanCommand::report).toList());
            plan.put(
                    "objects", steps.objects().stream().map(PlanCommand::report).toList());
            plan.put("findings", findings.stream().map(Finding::report).toList());
            plan.put("forecast", steps.forecast());
            output.result(plan);
            return ExitCode.DONE;
        }
    }

    private void tell(MoveAccess access, PostgresMove steps, Output output) {
        var tables = steps.tables();
        output.say("%s: %s with about %s, %s"
                .formatted(
                        access.spec().name(),
                        Words.of(tables.size(), "table"),
                        Words.of(tables.stream().mapToLong(Table::rows).sum(), "row"),
                        Words.bytes(tables.stream().mapToLong(Table::bytes).sum())));
        output.say("  from %s".formatted(access.source().endpoint().place()));
        output.say("  to   %s".formatted(access.target().endpoint().place()));
        var widest =
                tables.stream().mapToInt(t -> t.name().plain().length()).max().orElse(0);
        for (var table : tables) {
            var name = table.name().plain();
            output.say("  %s%s  %12s rows  %7s%s"
                    .formatted(
                            name,
                            " ".repeat(widest - name.length()),
                            isCounted(table) ? Words.count(table.rows()) : "?",
                            Words.bytes(table.bytes()),
                            table.hasKey() ? "" : "  without a key"));
        }
        if (!tables.stream().allMatch(PlanCommand::isCounted)) {
            output.say("  ?: the server has no estimate; ANALYZE gives it one.");
        }
        var forecast = steps.forecast();
        output.say("About %s with indexes, some %s; the source's log grows by %s/s meanwhile."
                .formatted(
                        Words.bytes(number(forecast, "targetBytesNeeded")),
                        Words.time((double) number(forecast, "copySeconds")),
                        Words.bytes(number(forecast, "logBytesPerSecond"))));
        output.say("The target gets: " + kinds(steps.objects()) + ".");
        if (sql) {
            steps.objects().forEach(object -> object.create().forEach(statement -> output.asIs(statement + ";")));
        }
    }

    /** The server takes a table that nobody has analyzed for empty. */
    private static boolean isCounted(Table table) {
        return table.rows() > 0 || table.bytes() <= EMPTY_BYTES_MAX;
    }

    private static long number(Map<String, Object> from, String key) {
        return from.get(key) instanceof Number number ? number.longValue() : 0;
    }

    private static String kinds(List<SchemaObject> objects) {
        return objects.stream()
                .collect(Collectors.groupingBy(SchemaObject::kind, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(kind -> kind.getValue() + " × " + kind.getKey())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> report(Table table) {
        return Map.of(
                "table", table.name().plain(), "rows", table.rows(), "bytes", table.bytes(), "keyed", table.hasKey());
    }

    private static Map<String, Object> report(SchemaObject object) {
        return Map.of(
                "phase", object.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                "kind", object.kind(),
                "identity", object.identity(),
                "sql", object.create());
    }
}
