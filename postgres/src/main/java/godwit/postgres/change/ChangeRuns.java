package godwit.postgres.change;

import godwit.Problem;
import godwit.change.plan.Plan;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.postgres.change.ChangeLedger.Made;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.postgres.ledger.Holder;
import godwit.postgres.ledger.Lease;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Run;
import godwit.schema.Identifier;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** The run of a change, as the ledger has it, and who works on it. */
final class ChangeRuns {
    static final String KIND = "migration";

    private final Database database;
    private final Identifier schema;
    private final String name;
    private final ChangePlans plans;
    private final MigrationText text;

    /**
     * Names a run; there need be none yet.
     *
     * @param name the migration's
     */
    ChangeRuns(Database database, Identifier schema, String name, ChangePlans plans, MigrationText text) {
        this.database = database;
        this.schema = schema;
        this.name = name;
        this.plans = plans;
        this.text = text;
    }

    private String runName() {
        return "change " + plans.version().name();
    }

    Run begin(Session session, UUID id, Plan plan) {
        return session.transaction(s -> {
            var run = new PostgresLedger(s).begin(id, runName(), "");
            new ChangeLedger(s)
                    .add(new Made(id, schema, name, plans.version().name(), KIND, text.path(), text.text(), false));
            new ChangeLedger(s).keep(id, KeptPlan.of(plan));
            return run;
        });
    }

    /** No two changes act on one schema. */
    void requireNoOther(Session session) {
        new ChangeLedger(session)
                .underWay(schema)
                .filter(made -> !made.name().equals(name))
                .ifPresent(made -> {
                    throw Problem.of(
                                    "change-under-way",
                                    "The change %s of %s is under way.".formatted(made.name(), schema.name()),
                                    "Complete it or roll it back first.")
                            .withObjects(List.of(made.name()))
                            .asException();
                });
    }

    private Problem noChange() {
        return Problem.of(
                "no-run",
                "No change %s of %s is under way.".formatted(name, schema.name()),
                "Begin it with godwit start.");
    }

    RuntimeException over() {
        return Problem.of(
                        "change-completed",
                        "The change %s is complete.".formatted(name),
                        "A completed change cannot be taken back; write a new one.")
                .asException();
    }

    /** The run that is under way. */
    Run current(Session session) {
        var made = new ChangeLedger(session)
                .find(schema, name)
                .orElseThrow(() -> noChange().asException());
        if (made.completed()) {
            throw over();
        }
        if (!made.text().equals(text.text())) {
            throw Problem.of(
                            "migration-changed",
                            "The file of %s is not what it was when the change began.".formatted(name),
                            "Roll the change back with the file as it was; the ledger has it.")
                    .asException();
        }
        return new PostgresLedger(session)
                .find(runName())
                .orElseThrow(() -> noChange().asException());
    }

    /** Does some work on a run, alone. */
    <T> T leased(Session session, Run run, String doing, Supplier<T> work) {
        try (var lease = database.open("worker")) {
            lease.keepAlone();
            if (!Lease.tryTake(lease, run.id())) {
                var holder = Lease.holder(session, run.id());
                throw Problem.of(
                                "worker-exists",
                                "Somebody else's %s is at work on this change."
                                        .formatted(holder.map(Holder::doing).orElse("command")),
                                "Wait for it to end.")
                        .withPids(holder.map(h -> List.of(h.session())).orElse(List.of()))
                        .asException();
            }
            Lease.sign(
                    lease, run.id(), Holder.signing("", ProcessHandle.current().pid(), doing));
            return work.get();
        }
    }
}
