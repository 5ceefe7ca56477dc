package godwit.postgres.catalog;

import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.List;

/** Reads extended statistics objects. */
final class StatisticsReader implements KindReader {
    private static final String STATISTICS = """
            SELECT s.oid, n.nspname AS schema, s.stxname AS name, pg_get_userbyid(s.stxowner) AS owner,
                   pg_get_statisticsobjdef(s.oid) AS definition, coalesce(s.stxstattarget, -1) AS target,
                   c.oid AS relation, cn.nspname AS "relationSchema", c.relname AS "relationName"
            FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
            JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
            WHERE %s
            ORDER BY n.nspname, s.stxname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(STATISTICS, row -> statistics(catalog, row));
    }

    private static Draft statistics(Catalog catalog, Row row) throws SQLException {
        var name = row.name();
        var object = "STATISTICS " + name.sql();
        var address = new Address("pg_statistic_ext", row.number("oid"));
        var table = TableName.of(row.text("relationSchema"), row.text("relationName"));
        var draft = new Draft(address, "statistics", name.plain(), SchemaPhase.AFTER_TABLES)
                .partOf(new Address("pg_class", row.number("relation")), table)
                .create(row.sql("definition"))
                .drop("DROP STATISTICS IF EXISTS " + name.sql())
                .owner(object, row.text("owner"))
                .comment(catalog, object);
        return row.number("target") < 0
                ? draft
                : draft.create("ALTER " + object + " SET STATISTICS " + row.number("target"));
    }
}
