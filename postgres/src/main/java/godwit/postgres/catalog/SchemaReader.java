package godwit.postgres.catalog;

import godwit.postgres.catalog.CreationOrder.Step;
import godwit.postgres.catalog.UncarriedReader.Uncarried;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads from a catalog of PostgreSQL 14 to 18 what makes the same schema on another server.
 *
 * <p>The statements qualify every name, so that they run under an empty {@code search_path}; they expect
 * {@code check_function_bodies = off}. Godwit's own objects are left out.
 */
public final class SchemaReader {
    private final Connection source;

    public SchemaReader(Connection source) {
        this.source = source;
    }

    /** Reads all that goes along with the selected tables; what cannot is in the script's findings. */
    public SchemaScript read(SchemaSelection selection) throws SQLException {
        try (var session = new CatalogSession(source)) {
            var catalog = Catalog.of(session);
            var reader = new UncarriedReader();
            var labels = reader.labels(catalog);
            var carried = carried(catalog, reader.read(catalog), labels, selection);
            return script(carried, new ArrayList<>(carried.findings()));
        }
    }

    private static CarriedDrafts carried(
            Catalog catalog, List<Uncarried> uncarried, List<Uncarried> labels, SchemaSelection selection)
            throws SQLException {
        var drafts = new ArrayList<Draft>();
        for (var reader : readers(catalog)) {
            drafts.addAll(reader.read(catalog));
        }
        return new CarriedDrafts(drafts, uncarried, labels, Dependencies.read(catalog), selection);
    }

    /** In the order of making where nothing else decides; event triggers last, because they see all the rest. */
    private static List<KindReader> readers(Catalog catalog) throws SQLException {
        var columns = ColumnReader.read(catalog);
        return List.of(
                new NamespaceReader(),
                new ExtensionReader(),
                new CollationReader(),
                new TypeReader(),
                new DomainCheckReader(),
                new RoutineReader(),
                new AggregateReader(),
                new RelationReader(columns),
                new SequenceReader(),
                new DefaultReader(),
                new CheckReader(),
                new ViewReader(columns),
                new IndexReader(),
                new StatisticsReader(),
                new ForeignKeyReader(),
                new RuleReader(),
                new TriggerReader(),
                new PolicyReader(),
                new DefaultPrivilegeReader(),
                new PublicationReader(),
                new EventTriggerReader());
    }

    private static SchemaScript script(CarriedDrafts carried, List<SchemaFinding> findings) {
        var order = new CreationOrder(carried.drafts(), carried::needs, carried::needsOfShape);
        var phases = new HashMap<Step, SchemaPhase>();
        var stubbed = new HashSet<Draft>();
        var objects = new ArrayList<SchemaObject>();
        var refreshes = new ArrayList<String>();
        for (var step : order.steps()) {
            var object = object(step, stubbed);
            var phase = phase(object.phase(), order.needs(step), phases);
            phases.put(step, phase);
            objects.add(object.in(phase));
            refreshes.addAll(step.stub() ? List.of() : step.draft().refreshes());
            if (step.draft().isTable() && phase != SchemaPhase.BEFORE_DATA) {
                findings.add(late(step.draft(), carried.anyBlocks()));
            }
        }
        order.unbroken().forEach(draft -> findings.add(circular(draft, carried.anyBlocks())));
        objects.sort(Comparator.comparing(SchemaObject::phase));
        return new SchemaScript(objects, findings, refreshes, TargetRequirements.of(carried.drafts()));
    }

    private static SchemaObject object(Step step, Set<Draft> stubbed) {
        if (step.stub()) {
            stubbed.add(step.draft());
            return step.draft().stubObject();
        }
        return stubbed.contains(step.draft())
                ? step.draft().completingObject()
                : step.draft().object();
    }

    /** What stands on an object of one table, such as a view on its primary key, has to wait for all tables. */
    private static SchemaPhase phase(SchemaPhase own, Set<Step> needs, Map<Step, SchemaPhase> phases) {
        var phase = own;
        for (var needed : needs) {
            var earliest = phases.getOrDefault(needed, SchemaPhase.BEFORE_DATA);
            var after = earliest == SchemaPhase.AFTER_TABLE ? SchemaPhase.AFTER_TABLES : earliest;
            phase = phase.compareTo(after) < 0 ? after : phase;
        }
        return phase;
    }

    private static SchemaFinding late(Draft draft, boolean blocks) {
        return new SchemaFinding(
                "table-needs-index",
                draft.described() + " stands on an object that needs an index, which is built only after the copy",
                "Make the table on the target by hand, or leave it out.",
                draft.described(),
                blocks);
    }

    private static SchemaFinding circular(Draft draft, boolean blocks) {
        return new SchemaFinding(
                "dependency-cycle",
                draft.described() + " and what it stands on need each other, and neither can be made empty first",
                "Make them on the target by hand, or leave them out.",
                draft.described(),
                blocks);
    }
}
