package godwit.postgres.change;

import godwit.GodwitException;
import godwit.change.ColumnSpec;
import godwit.change.plan.Analyst;
import godwit.change.plan.Carried;
import godwit.change.plan.Catalog;
import godwit.change.plan.CatalogColumn;
import godwit.change.plan.CatalogTable;
import godwit.change.plan.Forecast;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the database itself. */
final class PostgresAnalyst implements Analyst, AutoCloseable {
    private static final int SECURITY_INVOKER_SINCE = 150_000;

    private final Session live;
    private final Catalog catalog;
    private final ShadowServers servers;
    private final List<String> versions;
    private Session session;
    private Reading reading;
    private @Nullable ShadowDatabase shadow;

    /**
     * Asks a database, and a shadow of it once statements have been tried.
     *
     * @param catalog the schema that changes
     * @param versions the schemas of its versions
     */
    PostgresAnalyst(Session live, Catalog catalog, ShadowServers servers, List<String> versions) {
        this.live = live;
        this.catalog = catalog;
        this.servers = servers;
        this.versions = List.copyOf(versions);
        this.session = live;
        this.reading = new Reading(live, catalog.path());
    }

    @Override
    public Tried tried(List<String> before, SqlText statements) {
        try {
            if (shadow == null) {
                shadow = ShadowDatabase.like(live, servers);
                session = shadow.session();
                reading = new Reading(session, catalog.path());
            }
            var dry = new DryRun(session, StepRunner.pathText(catalog.path()));
            dry.run(before);
            var forecast = dry.forecast(statements);
            return new Tried(Optional.of(CatalogReading.again(session, catalog)), forecast);
        } catch (GodwitException e) {
            if (e.problem().code().equals("no-forecast")) {
                return new Tried(Optional.empty(), Forecast.missing(e.problem()));
            }
            throw e;
        }
    }

    @Override
    public void close() {
        if (shadow != null) {
            shadow.close();
        }
    }

    @Override
    public SqlText type(String text) {
        return reading.type(text);
    }

    @Override
    public Expression expression(Map<Identifier, SqlText> row, Identifier alias, String text, SqlText result) {
        return reading.expression(row, alias, text, result);
    }

    @Override
    public SqlText condition(Map<Identifier, SqlText> row, Map<Identifier, Identifier> physical, String text) {
        return reading.condition(row, physical, text);
    }

    @Override
    public boolean isSameForAll(SqlText type, String defaultValue) {
        return reading.isSameForAll(type, defaultValue);
    }

    @Override
    public List<Carried> carried(
            CatalogTable table, Map<TableName, Map<Identifier, Identifier>> replaced, List<Identifier> dropped) {
        return new Carrying(session, reading, table, replaced, dropped).all();
    }

    @Override
    public List<Dependent> dependents(Leaving leaving) {
        return new DependentObjects(session, versions, leaving).all();
    }

    @Override
    public Succession succession(CatalogTable table, Identifier column, Identifier successor) {
        return new OwnedSequences(session).succession(table.name(), column, successor);
    }

    @Override
    public List<SqlText> identity(
            CatalogTable table, Identifier column, Identifier name, ColumnSpec.Generated.Values values) {
        return new NumberedColumn(session).identity(table.name(), column, name, values);
    }

    @Override
    public List<SqlText> withoutKeptPlans(CatalogTable table) {
        return new TriggerFunctions(session).withoutKeptPlans(table.name());
    }

    @Override
    public List<String> keepingPlans(CatalogTable table) {
        return new TriggerFunctions(session).keepingPlans(table.name());
    }

    @Override
    public List<SqlText> rights(CatalogTable table, TableName view, Map<Identifier, Identifier> shownByPhysical) {
        return new ViewRights(session).like(table.name(), view, shownByPhysical);
    }

    @Override
    public List<SqlText> rightsOfNew(Identifier schema, TableName view) {
        return new ViewRights(session).ofNewTables(schema, view);
    }

    @Override
    public List<SqlText> schemaRights(Identifier schema, Identifier version) {
        return new ViewRights(session).ofSchema(schema, version);
    }

    @Override
    public List<Identifier> columns(TableName view) {
        return session.query(
                "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(?) AND attnum > 0"
                        + " AND NOT attisdropped ORDER BY attnum",
                row -> new Identifier(row.getString(1)),
                view.sql());
    }

    @Override
    public boolean isTaken(TableName name) {
        return session.is("SELECT pg_catalog.to_regclass(?) IS NOT NULL", name.sql());
    }

    @Override
    public void requireReadable(List<String> statements) {
        reading.statements(statements);
    }

    @Override
    public void requireNothingOn(CatalogTable table) {
        new DependentObjects(
                        session,
                        versions,
                        new Leaving(
                                table,
                                table.columns().stream()
                                        .map(CatalogColumn::name)
                                        .toList(),
                                Map.of(),
                                List.of()))
                .requireNone();
    }

    @Override
    public Optional<List<Identifier>> constraintColumns(CatalogTable table, Identifier constraint) {
        return session.first(
                """
                SELECT coalesce((SELECT array_agg(a.attname::text ORDER BY p.place)
                                 FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS p (attnum, place)
                                 JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.attnum), '{}')
                FROM pg_catalog.pg_constraint k WHERE k.conrelid = ?::pg_catalog.regclass AND k.conname = ?""",
                row -> Arrays.stream((String[]) row.getArray(1).getArray())
                        .map(Identifier::new)
                        .toList(),
                table.name().sql(),
                constraint.name());
    }

    @Override
    public boolean hasPrimaryKey(CatalogTable table) {
        return session.is(
                "SELECT count(*) > 0 FROM pg_catalog.pg_constraint WHERE conrelid = ?::pg_catalog.regclass AND contype = 'p'",
                table.name().sql());
    }

    @Override
    public TableName indexed(TableName index) {
        return new NamedIndex(session, index).table();
    }

    @Override
    public SqlText replicaIdentity(CatalogTable table) {
        return new SqlText(session.text("""
                SELECT CASE c.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL'
                    ELSE (SELECT format('USING INDEX %I', x.relname) FROM pg_catalog.pg_index i
                          JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident) END
                FROM pg_catalog.pg_class c WHERE c.oid = ?::pg_catalog.regclass""", table.name().sql()));
    }

    @Override
    public List<String> rolesOfColumns(CatalogTable table) {
        return session.query("""
                SELECT DISTINCT r.rolname::text FROM pg_catalog.pg_attribute a
                CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) AS x JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
                WHERE a.attrelid = ?::pg_catalog.regclass AND NOT a.attisdropped
                  AND NOT pg_catalog.has_table_privilege(r.oid, a.attrelid, 'SELECT') ORDER BY 1""", row -> row.getString(1), table.name().sql());
    }

    @Override
    public List<String> unproven(CatalogTable table) {
        return session.query(
                "SELECT conname::text FROM pg_catalog.pg_constraint WHERE conrelid = ?::pg_catalog.regclass AND contype = 'c'"
                        + " AND NOT convalidated AND conname !~ '^_godwit_' ORDER BY 1",
                row -> row.getString(1),
                table.name().sql());
    }

    @Override
    public List<String> firing(CatalogTable table) {
        return new TriggerFunctions(session).firing(table.name(), Backfilling.mayPassTriggers(live));
    }

    @Override
    public List<Integer> oldTransactions() {
        return live.query("""
                SELECT pid FROM pg_catalog.pg_stat_activity WHERE datname = current_database()
                  AND xact_start < clock_timestamp() - interval '1 minute' AND backend_type = 'client backend' ORDER BY 1""", row -> row.getInt(1));
    }

    @Override
    public boolean hasSecurityInvoker() {
        return session.number("SELECT current_setting('server_version_num')::bigint") >= SECURITY_INVOKER_SINCE;
    }
}
