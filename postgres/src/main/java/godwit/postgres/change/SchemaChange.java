package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.change.Migration;
import godwit.change.plan.Plan;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.postgres.change.ChangeLedger.Made;
import godwit.postgres.ledger.Lease;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Phase;
import godwit.run.Run;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** One migration's life in one database. */
public final class SchemaChange {
    static final String START = "start";
    private static final String COMPLETE = "complete";
    private static final String VERSION = "version";

    private final Database database;
    private final Migration migration;
    private final List<Pending.Part> others;
    private final Identifier schema;
    private final ChangePlans plans;
    private final MigrationText text;
    private final ChangeRuns runs;
    private final ChangeConduct conduct;

    /**
     * A migration's file.
     *
     * @param path as people named it
     * @param text its contents; where several are one change, those of all of them
     * @param own its own contents
     */
    public record MigrationText(String path, String text, String own) {
        public MigrationText(String path, String text) {
            this(path, text, text);
        }
    }

    /** @param others the migrations whose operations it has beside its last one's; they are done with it */
    public SchemaChange(
            Database database,
            Migration migration,
            MigrationText text,
            List<Pending.Part> others,
            Identifier schema,
            ChangeConduct conduct) {
        this.database = database;
        this.migration = migration;
        this.text = text;
        this.others = List.copyOf(others);
        this.schema = schema;
        this.plans = new ChangePlans(migration, schema, conduct.shadows());
        this.runs = new ChangeRuns(database, schema, name(), plans, text);
        this.conduct = conduct;
    }

    /** What it would do; changes nothing. */
    public Plan plan() {
        try (var session = database.open("plan")) {
            return new ChangeLedger(session)
                    .find(schema, name())
                    .filter(made -> !made.completed())
                    .map(made -> plans.plan(session, Run.shortId(made.id()), true))
                    .orElseGet(() ->
                            plans.tried(session, "00000000").with(standing().drifted(session)));
        }
    }

    /** Brings it to where both versions work; one that fails is taken back. Returns how it stands. */
    public Map<String, Object> start(Stopping stopping) {
        try (var session = database.open("change")) {
            var found = new ChangeLedger(session).find(schema, name());
            if (found.filter(Made::completed).isPresent()) {
                throw runs.over();
            }
            // What cannot be done is refused before the database has anything of it.
            var id = UUID.randomUUID();
            var begun = found.isPresent() ? Optional.<Plan>empty() : Optional.of(plans.tried(session, Run.shortId(id)));
            var ledger = new PostgresLedger(session);
            ledger.create();
            runs.requireNoOther(session);
            var run = begun.map(plan -> runs.begin(session, id, plan)).orElseGet(() -> runs.current(session));
            return runs.leased(session, run, START, () -> expand(session, ledger, run, stopping));
        }
    }

    private Map<String, Object> expand(Session session, PostgresLedger ledger, Run run, Stopping stopping) {
        switch (run.phase()) {
            case PLANNED, EXPANDING, FILLING, FOLLOWING -> {
                try {
                    ledger.enter(run.id(), Phase.EXPANDING, conduct.operator());
                    expand(session, run, stopping);
                    ledger.enter(run.id(), Phase.READY, conduct.operator());
                } catch (GodwitException e) {
                    if (e.retry() == Retry.NEVER && !stopping.isAsked()) {
                        revert(session, ledger, run, e);
                    }
                    throw e;
                }
            }
            case ROLLING_BACK, ROLLED_BACK, COMPLETING, COMPLETED ->
                throw Problem.of(
                                "change-not-startable",
                                "The change %s is %s."
                                        .formatted(name(), run.phase().word()),
                                "Finish that first with godwit rollback or complete.")
                        .asException();
            case READY, SWITCHING, SWITCHED, SWITCHING_BACK -> {}
        }
        return standing().report(session, runs.current(session));
    }

    private void expand(Session session, Run run, Stopping stopping) {
        var plan = plans.kept(session, run);
        var runner = new StepRunner(
                database, run.id(), plan.path(), conduct, stopping, s -> new ChangeLedger(s).isUnwanted(run.id()));
        if (migration.hasStatements() && migration.hasOnlyStatements()) {
            // What they leave may depend on rows, which no forecast has.
            runner.run(START, plan.start().subList(0, plan.start().size() - 1));
            runner.run(VERSION, List.of(plans.versionAsItIs(session, run.shortId())));
        } else {
            runner.run(START, plan.start());
        }
    }

    private void revert(Session session, PostgresLedger ledger, Run run, GodwitException cause) {
        try {
            undo(session, ledger, run);
        } catch (GodwitException e) {
            cause.addSuppressed(e);
            ledger.hold(run.id(), cause.problem(), conduct.operator());
        }
    }

    /** What takes a change back, and what completes it, is not ended by who asks for a rollback. */
    private StepRunner runner(Run run, List<Identifier> path) {
        return new StepRunner(database, run.id(), path, conduct, Stopping.never(), session -> false);
    }

    /** The migration's name; that of the last where it is several. */
    public String name() {
        return migration.name().name();
    }

    /** Takes all of it back; a start that is at work does so itself when it is told. */
    public Map<String, Object> rollback() {
        try (var session = database.open("change")) {
            var run = runs.current(session);
            endStart(session, run);
            if (new ChangeLedger(session).find(schema, name()).isPresent()) {
                runs.leased(session, run, "rollback", () -> {
                    requireUncontracted(session, run);
                    undo(session, new PostgresLedger(session), run);
                    return true;
                });
            }
            return Map.of("run", run.id().toString(), "state", Phase.ROLLED_BACK.word());
        }
    }

    private void endStart(Session session, Run run) {
        while (Lease.holder(session, run.id())
                .filter(holder -> holder.doing().equals(START))
                .isPresent()) {
            new ChangeLedger(session).refuse(run.id());
            ConcurrentIndex.cancelAll(session);
            conduct.pace().pause(Duration.ofMillis(100));
        }
    }

    private void requireUncontracted(Session session, Run run) {
        if (new ChangeLedger(session).steps(run.id(), COMPLETE) > 0) {
            throw Problem.of(
                            "change-contracted",
                            "The old version's columns are gone, so the change %s cannot be taken back."
                                    .formatted(name()),
                            "Finish it with godwit complete.")
                    .asException();
        }
    }

    private void undo(Session session, PostgresLedger ledger, Run run) {
        ledger.enter(run.id(), Phase.ROLLING_BACK, conduct.operator());
        new DefaultVersion(session, run.id()).reset();
        var plan = plans.kept(session, run);
        if (migration.hasStatements()) {
            new ChangeLedger(session).dropViews(plans.version());
        }
        runner(run, plan.path()).run("rollback", plan.rollback());
        session.transaction(s -> {
            ledger.enter(run.id(), Phase.ROLLED_BACK, conduct.operator());
            new ChangeLedger(s).forget(run.id());
            return true;
        });
    }

    /** New sessions of the whole database get the new version from here on. */
    public Map<String, Object> switchForward() {
        return switchForward(List.of());
    }

    /**
     * New sessions get the new version from here on.
     *
     * @param roles those whose sessions do; none for the database as a whole
     */
    public Map<String, Object> switchForward(List<Identifier> roles) {
        try (var session = database.open("change")) {
            var run = runs.current(session);
            var ledger = new PostgresLedger(session);
            return runs.leased(session, run, "switch", () -> {
                require(run, Phase.READY, Phase.SWITCHED);
                var version = new DefaultVersion(session, run.id());
                version.require(roles);
                version.set(
                        plans.version(),
                        roles,
                        new ChangeLedger(session)
                                .versions(schema, plans.version().name()));
                if (run.phase() == Phase.READY) {
                    ledger.enter(run.id(), Phase.SWITCHED, conduct.operator());
                }
                return standing().report(session, runs.current(session));
            });
        }
    }

    /** New sessions get the old version again. */
    public Map<String, Object> switchBack() {
        try (var session = database.open("change")) {
            var run = runs.current(session);
            var ledger = new PostgresLedger(session);
            return runs.leased(session, run, "switch", () -> {
                require(run, Phase.READY, Phase.SWITCHED);
                new DefaultVersion(session, run.id()).reset();
                ledger.enter(run.id(), Phase.READY, conduct.operator());
                return standing().report(session, runs.current(session));
            });
        }
    }

    private void require(Run run, Phase... phases) {
        if (!List.of(phases).contains(run.phase())) {
            throw Problem.of(
                            "change-not-ready",
                            "The change %s is %s.".formatted(name(), run.phase().word()),
                            "Bring it to ready with godwit start.")
                    .asException();
        }
    }

    /**
     * Leaves only the new version.
     *
     * @param unusedFor for how long nobody may have used the old one
     */
    public Map<String, Object> complete(Duration unusedFor) {
        try (var session = database.open("change")) {
            var run = runs.current(session);
            var ledger = new PostgresLedger(session);
            return runs.leased(session, run, COMPLETE, () -> {
                require(run, Phase.READY, Phase.SWITCHED, Phase.COMPLETING);
                if (new ChangeLedger(session).steps(run.id(), COMPLETE) == 0) {
                    var plan = plans.plan(session, run.shortId(), true);
                    new Counterparts(session).require(plan.counterparts());
                    new Usage(session, plans.catalog(session), plans.version(), conduct.pace()).requireNone(unusedFor);
                    ledger.enter(run.id(), Phase.COMPLETING, conduct.operator());
                    runner(run, plan.path()).run(COMPLETE, plan.complete());
                }
                var drift = new SchemaDrift(session, schema);
                var shape = drift.now();
                session.transaction(s -> {
                    ledger.enter(run.id(), Phase.COMPLETED, conduct.operator());
                    drift.keep(s, run.id(), shape);
                    others.forEach(part -> new ChangeLedger(s).addDone(schema, ChangeRuns.KIND, part));
                    new ChangeLedger(s).complete(run.id(), text.own());
                    return true;
                });
                return Map.of("run", run.id().toString(), "state", Phase.COMPLETED.word());
            });
        }
    }

    /**
     * Works out {@code up} and {@code down} over all rows of the tables that are kept in step.
     *
     * @return {@code rowsCompared}, {@code differences}, and for each of {@code tables} the keys that differ, at most 100
     */
    public Map<String, Object> verify() {
        try (var session = database.open("verify")) {
            var run = runs.current(session);
            require(run, Phase.READY, Phase.SWITCHED);
            var plan = plans.plan(session, run.shortId(), true);
            return new ChangeVerification(session, StepRunner.pathText(plan.path())).report(plan.comparisons());
        }
    }

    /** How it stands. */
    public Map<String, Object> status() {
        return standing().status();
    }

    /** How far it is; cheap, and none of it is sampled. */
    public ChangeStanding.Progress progress() {
        return standing().progress();
    }

    private ChangeStanding standing() {
        return new ChangeStanding(database, schema, name(), plans, runs, conduct);
    }
}
