package godwit.postgres.change;

import godwit.Problem;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.run.Phase;
import godwit.run.Run;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a change stands; nothing of it is changed. */
public final class ChangeStanding {
    private final Database database;
    private final Identifier schema;
    private final String name;
    private final ChangePlans plans;
    private final ChangeRuns runs;
    private final ChangeConduct conduct;

    /** @param name the migration's */
    ChangeStanding(
            Database database,
            Identifier schema,
            String name,
            ChangePlans plans,
            ChangeRuns runs,
            ChangeConduct conduct) {
        this.database = database;
        this.schema = schema;
        this.name = name;
        this.plans = plans;
        this.runs = runs;
        this.conduct = conduct;
    }

    /** What others have made of the schema, as something to say of a plan. */
    List<Problem> drifted(Session session) {
        var drift = drift(session);
        return drift.isEmpty()
                ? List.of()
                : List.of(Problem.of(
                                "schema-drifted",
                                "Others have changed %s since its last migration: %s."
                                        .formatted(schema.name(), String.join(", ", drift)),
                                "Look whether the migration still means what it says; the next complete takes it as it is.")
                        .withObjects(drift));
    }

    /** What others have made of the schema; nothing while a change is under way, which makes much of it itself. */
    private List<String> drift(Session session) {
        var ledger = new ChangeLedger(session);
        return ledger.exists() && ledger.underWay(schema).isEmpty()
                ? new SchemaDrift(session, schema).since()
                : List.of();
    }

    /**
     * How far it is, for who looks often.
     *
     * @param steps of its start that are done
     * @param rows filled so far
     * @param total rows that the tables have, as the server estimates them
     */
    public record Progress(String state, long steps, long rows, long total) {}

    /** How far it is; cheap, and none of it is sampled. */
    Progress progress() {
        try (var session = database.open("look")) {
            var made = new ChangeLedger(session).find(schema, name);
            if (made.isEmpty()) {
                return new Progress("none", 0, 0, 0);
            }
            var filled = new ChangeLedger(session).filled(made.get().id());
            var state = made.get().completed()
                    ? Phase.COMPLETED.word()
                    : runs.current(session).phase().word();
            return new Progress(
                    state,
                    new ChangeLedger(session).steps(made.get().id(), SchemaChange.START),
                    filled.rows(),
                    filled.total());
        }
    }

    /** How it stands. */
    Map<String, Object> status() {
        try (var session = database.open("status")) {
            var made = new ChangeLedger(session).find(schema, name);
            if (made.isEmpty()) {
                return Map.of("state", "none", "version", plans.version().name(), "drift", drift(session));
            }
            if (made.get().completed()) {
                return Map.of(
                        "state",
                        Phase.COMPLETED.word(),
                        "version",
                        plans.version().name(),
                        "drift",
                        drift(session));
            }
            return report(session, runs.current(session));
        }
    }

    /** The same, of a run that is under way. */
    Map<String, Object> report(Session session, Run run) {
        var ledger = new ChangeLedger(session);
        var filled = ledger.filled(run.id());
        var report = new LinkedHashMap<String, Object>();
        report.put("run", run.id().toString());
        report.put("state", run.problem().isPresent() ? "failed" : run.phase().word());
        run.problem().ifPresent(problem -> report.put("problem", problem));
        report.put("version", plans.version().name());
        report.put("stepsDone", ledger.steps(run.id(), SchemaChange.START));
        report.put("rowsFilled", filled.rows());
        report.put("rowsTotal", filled.total());
        report.put(
                "oldVersionUsedBy",
                new Usage(session, plans.catalog(session), plans.version(), conduct.pace())
                        .sample(Duration.ofMillis(200)).stream()
                                .map(Usage.User::report)
                                .toList());
        return report;
    }
}
