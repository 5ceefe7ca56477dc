package godwit.postgres.catalog;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.List;

/** Reads the sequences that are not a part of an identity column, with what owns them; their values are not read. */
final class SequenceReader implements KindReader {
    private static final String SEQUENCES = """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
                   c.relpersistence = 'u' AS unlogged, format_type(s.seqtypid, NULL) AS type, s.seqstart AS start,
                   s.seqincrement AS increment, s.seqmin AS min, s.seqmax AS max, s.seqcache AS cache,
                   s.seqcycle AS cycle, o.oid AS "ownerTable", ns.nspname AS "ownerSchema", o.relname AS "ownerName",
                   a.attname AS "ownerColumn"
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
            LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
                 AND d.objsubid = 0 AND d.deptype = 'a' AND d.refclassid = 'pg_class'::regclass
            LEFT JOIN pg_catalog.pg_class o ON o.oid = d.refobjid
            LEFT JOIN pg_catalog.pg_namespace ns ON ns.oid = o.relnamespace
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = o.oid AND a.attnum = d.refobjsubid
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_class'::regclass
                              AND i.objid = c.oid AND i.deptype = 'i') AND %s
            ORDER BY n.nspname, c.relname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(SEQUENCES, row -> sequence(catalog, row));
    }

    /** The options that say how a sequence counts, for CREATE SEQUENCE and identity columns alike. */
    static String counting(Row row) throws SQLException {
        return " START WITH " + row.number("start") + " INCREMENT BY " + row.number("increment") + " MINVALUE "
                + row.number("min") + " MAXVALUE " + row.number("max") + " CACHE " + row.number("cache")
                + (row.flag("cycle") ? " CYCLE" : "");
    }

    private static Draft sequence(Catalog catalog, Row row) throws SQLException {
        var name = row.name();
        var object = "SEQUENCE " + name.sql();
        var address = new Address("pg_class", row.number("oid"));
        var draft = new Draft(address, "sequence", name.plain(), SchemaPhase.BEFORE_DATA)
                .create("CREATE " + (row.flag("unlogged") ? "UNLOGGED " : "") + object + " AS " + row.sql("type")
                        + counting(row))
                .drop("DROP SEQUENCE IF EXISTS " + name.sql())
                .owner(object, row.text("owner"))
                .comment(catalog, object)
                .grants(catalog, object);
        if (row.maybe("ownerColumn").isPresent()) {
            var table = TableName.of(row.text("ownerSchema"), row.text("ownerName"));
            var column = new Identifier(row.text("ownerColumn"));
            draft.partOf(new Address("pg_class", row.number("ownerTable")), table)
                    .create("ALTER " + object + " OWNED BY " + table.sql() + "." + column.sql());
        }
        return draft;
    }
}
