package godwit.postgres.change;

import godwit.change.Migration;
import godwit.change.plan.Catalog;
import godwit.change.plan.Plan;
import godwit.change.plan.Planner;
import godwit.postgres.Session;
import godwit.run.Run;
import godwit.schema.Identifier;
import java.util.stream.Collectors;

/** What a migration comes to in a database as a session sees it. */
final class ChangePlans {
    private final Migration migration;
    private final Identifier schema;

    ChangePlans(Migration migration, Identifier schema) {
        this.migration = migration;
        this.schema = schema;
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
    Planner planner(Session session, String run, boolean isUnderWay) {
        var catalog = catalog(session);
        var versions = new ChangeLedger(session)
                .versions(schema, "").stream().map(Identifier::name).collect(Collectors.toList());
        versions.add(version().name());
        return new Planner(catalog, new PostgresAnalyst(session, catalog.path(), versions), run, isUnderWay);
    }

    Plan plan(Session session, String run, boolean isUnderWay) {
        return planner(session, run, isUnderWay).plan(migration);
    }

    /** The steps that a change began with; one of an older Godwit did not keep them. */
    KeptPlan kept(Session session, Run run) {
        return new ChangeLedger(session)
                .plan(run.id())
                .orElseGet(() -> KeptPlan.of(plan(session, run.shortId(), true)));
    }
}
