package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.Migration;
import godwit.change.plan.Catalog;
import godwit.change.plan.Plan;
import godwit.change.plan.Planner;
import godwit.change.plan.Step;
import godwit.postgres.Session;
import godwit.run.Run;
import godwit.schema.Identifier;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a migration comes to in a database as a session sees it. */
final class ChangePlans {
    private final Migration migration;
    private final Identifier schema;
    private final ShadowServers servers;

    ChangePlans(Migration migration, Identifier schema, ShadowServers servers) {
        this.migration = migration;
        this.schema = schema;
        this.servers = servers;
    }

    /** The schema of the new version. */
    Identifier version() {
        return Planner.version(schema, migration);
    }

    Catalog catalog(Session session) {
        var ledger = new ChangeLedger(session);
        var others = ledger.versions(schema, "").stream().map(Identifier::name).toList();
        return CatalogReading.read(
                session, schema, ledger.version(schema, version().name()), others);
    }

    /**
     * Plans for the database as it is.
     *
     * @param run the short id of the run
     * @param isUnderWay whether the run has begun
     */
    Plan plan(Session session, String run, boolean isUnderWay) {
        return asked(session, run, isUnderWay, planner -> planner.plan(migration));
    }

    /**
     * The same, when all of it has been carried out on a shadow; with a finding where it could not be.
     *
     * @throws godwit.GodwitException change-would-fail
     */
    Plan tried(Session session, String run) {
        var plan = plan(session, run, false);
        if (servers.equals(ShadowServers.NONE)) {
            return plan;
        }
        try (var shadow = ShadowDatabase.like(session, servers)) {
            new DryRun(shadow.session(), StepRunner.pathText(plan.path())).change(plan);
            return plan;
        } catch (GodwitException e) {
            if (e.problem().code().equals("no-forecast")) {
                return plan.with(List.of(Problem.of(
                        "not-tried",
                        "The change was not tried on a shadow. " + e.problem().message(),
                        "Try it on a copy of the database first.")));
            }
            throw e;
        }
    }

    /** The step that makes the new version of tables as they are. */
    Step versionAsItIs(Session session, String run) {
        return asked(session, run, true, planner -> planner.versionAsItIs(migration));
    }

    private <T> T asked(Session session, String run, boolean isUnderWay, Function<Planner, T> question) {
        var catalog = catalog(session);
        var versions = new ChangeLedger(session)
                .versions(schema, "").stream().map(Identifier::name).collect(Collectors.toList());
        versions.add(version().name());
        try (var analyst = new PostgresAnalyst(session, catalog, servers, versions)) {
            return question.apply(new Planner(catalog, analyst, run, isUnderWay));
        }
    }

    /** The steps that a change began with; one of an older Godwit did not keep them. */
    KeptPlan kept(Session session, Run run) {
        return new ChangeLedger(session)
                .plan(run.id())
                .orElseGet(() -> KeptPlan.of(plan(session, run.shortId(), true)));
    }
}
