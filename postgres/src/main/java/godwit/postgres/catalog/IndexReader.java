package godwit.postgres.catalog;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads indexes and the constraints that stand on one: primary keys, unique and exclusion constraints. */
final class IndexReader implements KindReader {
    /** Invalid indexes, which a broken CREATE INDEX CONCURRENTLY leaves, are not carried; a parent's is made anew. */
    private static final String INDEXES = """
            SELECT i.indexrelid AS oid, xn.nspname AS "indexSchema", x.relname AS "indexName", n.nspname AS schema,
                   c.relname AS name, c.oid AS relation, c.relkind AS "relationKind", k.oid AS "constraintOid",
                   k.conname AS constraint, k.contype AS type,
                   pg_get_constraintdef(k.oid) AS "constraintDefinition", pg_get_indexdef(i.indexrelid) AS definition,
                   pg_get_expr(i.indpred, i.indrelid) AS predicate, ts.spcname AS tablespace,
                   i.indisunique AND NOT i.indisexclusion AS unique, i.indisclustered AS clustered, i.indisreplident AS identity,
                   (SELECT string_agg(quote_ident(option_name) || ' = ' || quote_literal(option_value), ', ')
                    FROM pg_catalog.pg_options_to_table(x.reloptions)) AS options,
                   ARRAY(SELECT a.attnum || ' SET STATISTICS ' || a.attstattarget FROM pg_catalog.pg_attribute a
                         WHERE a.attrelid = x.oid AND a.attstattarget >= 0 ORDER BY a.attnum) AS targets,
                   ARRAY(SELECT h.inhrelid::text FROM pg_catalog.pg_inherits h
                         WHERE h.inhparent = x.oid ORDER BY 1) AS children,
                   (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.relname) FROM pg_catalog.pg_inherits h
                    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
                    JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE h.inhrelid = x.oid) AS parent,
                   (SELECT h.inhparent FROM pg_catalog.pg_inherits h WHERE h.inhrelid = x.oid) AS "parentOid",
                   CASE WHEN x.relispartition THEN (
                     SELECT coalesce('ALTER TABLE IF EXISTS ' || quote_ident(tn.nspname) || '.'
                                     || quote_ident(t.relname) || ' DROP CONSTRAINT IF EXISTS '
                                     || quote_ident(rk.conname) || ' CASCADE',
                                     'DROP INDEX IF EXISTS ' || quote_ident(tn.nspname) || '.' || quote_ident(r.relname)
                                     || ' CASCADE')
                     FROM pg_catalog.pg_index ri JOIN pg_catalog.pg_class r ON r.oid = ri.indexrelid
                     JOIN pg_catalog.pg_class t ON t.oid = ri.indrelid
                     JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
                     LEFT JOIN pg_catalog.pg_constraint rk ON rk.conindid = r.oid AND rk.contype IN ('p', 'u', 'x')
                     WHERE ri.indexrelid = pg_partition_root(x.oid)) END AS "dropRoot"
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace
            JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = x.reltablespace
            LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')
            WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
              AND (i.indisvalid AND i.indisready OR c.relkind = 'p') AND %s
            ORDER BY n.nspname, c.relname, i.indisprimary DESC, x.relname
            """.formatted(Catalog.USERS_SCHEMA);

    private static final String DEFERRING = "( DEFERRABLE)?( INITIALLY DEFERRED)?$";

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        var drafts = new ArrayList<Draft>();
        catalog.list(INDEXES, row -> drafts.addAll(drafts(catalog, row)));
        return drafts;
    }

    private static List<Draft> drafts(Catalog catalog, Row row) throws SQLException {
        var drafts = new ArrayList<Draft>();
        var draft = row.maybe("constraint").isPresent() ? constraint(catalog, row) : plain(row);
        drafts.add(draft);
        row.maybe("tablespace").ifPresent(draft::tablespace);
        completed(catalog, row, draft);
        if (row.maybe("parent").isPresent()) {
            drafts.add(attachment(row));
        }
        if (row.flag("identity") && phase(row) == SchemaPhase.AFTER_TABLE) {
            draft.create(identifying(row));
        } else if (row.flag("identity")) {
            drafts.add(identity(row));
        }
        return drafts;
    }

    private static Draft plain(Row row) throws SQLException {
        var index = index(row);
        return new Draft(address(row), "index", index.plain(), phase(row))
                .partOf(relation(row), row.name())
                .builds(index)
                .create(placed(row))
                .drop("DROP INDEX IF EXISTS " + index.sql());
    }

    private static Draft constraint(Catalog catalog, Row row) throws SQLException {
        var table = row.name();
        var name = new Identifier(row.text("constraint"));
        var kind = switch (row.text("type")) {
            case "p" -> "primary key";
            case "u" -> "unique constraint";
            default -> "exclusion constraint";
        };
        var address = new Address("pg_constraint", row.number("constraintOid"));
        var draft = new Draft(address, kind, name.name() + " on " + table.plain(), phase(row));
        var adding = "ALTER TABLE ONLY " + table.sql() + " ADD CONSTRAINT " + name.sql() + " ";
        if (row.flag("unique") && phase(row) == SchemaPhase.AFTER_TABLE) {
            draft.builds(index(row)).create(placed(row)).create(adding + standing(row));
        } else {
            draft.create(adding + constrained(row));
        }
        return draft.partOf(relation(row), table)
                .drop("ALTER TABLE IF EXISTS " + table.sql() + " DROP CONSTRAINT IF EXISTS " + name.sql())
                .comment(catalog, "CONSTRAINT " + name.sql() + " ON " + table.sql());
    }

    private static void completed(Catalog catalog, Row row, Draft draft) throws SQLException {
        var index = index(row);
        for (var target : row.sqlList("targets")) {
            draft.create("ALTER INDEX " + index.sql() + " ALTER COLUMN " + target);
        }
        if (row.flag("clustered")) {
            draft.create("ALTER TABLE " + row.name().sql() + " CLUSTER ON "
                    + index.name().sql());
        }
        catalog.comments()
                .on(address(row), 0)
                .ifPresent(text -> draft.create(Draft.comment("INDEX " + index.sql(), text)));
    }

    /**
     * A partition's index becomes a part of its parent's: made so by itself, the parent's would make another. It is one
     * until the topmost parent's is gone. That takes views along that stand on a key of the tree, which are made before
     * the attachments; no rows hang on an index, and what others hung on it has been looked for.
     */
    private static Draft attachment(Row row) throws SQLException {
        var index = index(row);
        var identity = index.plain() + " to " + row.text("parent");
        var address = new Address("pg_inherits", row.number("oid"));
        return new Draft(address, "index attachment", identity, SchemaPhase.AFTER_TABLES)
                .partOf(relation(row), row.name())
                .needs(address(row))
                .needs(new Address("pg_class", row.number("parentOid")))
                .create("ALTER INDEX " + row.sql("parent") + " ATTACH PARTITION " + index.sql())
                .drop(row.sql("dropRoot"));
    }

    private static Draft identity(Row row) throws SQLException {
        var address = new Address("replica identity", row.number("relation"));
        var draft = new Draft(address, "replica identity", row.name().plain(), phase(row))
                .partOf(relation(row), row.name())
                .needs(address(row))
                .create(identifying(row))
                .drop("ALTER TABLE IF EXISTS ONLY " + row.name().sql() + " REPLICA IDENTITY DEFAULT");
        // A parent's index is valid, as an identity must be, only when all its parts are attached.
        row.list("children").forEach(child -> draft.needs(new Address("pg_inherits", Long.parseLong(child))));
        return draft;
    }

    private static String identifying(Row row) throws SQLException {
        return "ALTER TABLE ONLY " + row.name().sql() + " REPLICA IDENTITY USING INDEX "
                + index(row).name().sql();
    }

    /** A constraint on an index that is there: building both at once would keep the table from all others for as long. */
    private static String standing(Row row) throws SQLException {
        var suffix = Pattern.compile(DEFERRING).matcher(row.sql("constraintDefinition"));
        var deferring = suffix.find() ? suffix.group() : "";
        return (row.text("type").equals("p") ? "PRIMARY KEY" : "UNIQUE") + " USING INDEX "
                + index(row).name().sql() + deferring;
    }

    /** The server leaves an index's storage options and tablespace out of the constraint's definition. */
    private static String constrained(Row row) throws SQLException {
        var definition = row.sql("constraintDefinition");
        if (row.text("type").equals("x")) {
            return inserted(definition, DEFERRING, tablespace(row).replace(" TABLESPACE", " USING INDEX TABLESPACE"));
        }
        var options =
                row.sqlIfAny("options").map(text -> " WITH (" + text + ")").orElse("");
        var place = tablespace(row).replace(" TABLESPACE", " USING INDEX TABLESPACE");
        return inserted(definition, DEFERRING, options + place);
    }

    private static String placed(Row row) throws SQLException {
        var definition = row.sql("definition");
        var where = row.sqlIfAny("predicate")
                .map(predicate -> " WHERE " + predicate)
                .orElse("");
        if (definition.endsWith(where)) {
            return definition.substring(0, definition.length() - where.length()) + tablespace(row) + where;
        }
        throw new IllegalStateException("the definition of " + index(row) + " does not end with its predicate");
    }

    private static String inserted(String definition, String beforeSuffix, String text) {
        var suffix = Pattern.compile(beforeSuffix).matcher(definition);
        return suffix.find() ? definition.substring(0, suffix.start()) + text + suffix.group() : definition + text;
    }

    private static String tablespace(Row row) throws SQLException {
        return row.maybe("tablespace")
                .map(name -> " TABLESPACE " + new Identifier(name).sql())
                .orElse("");
    }

    private static SchemaPhase phase(Row row) throws SQLException {
        return row.text("relationKind").equals("r") ? SchemaPhase.AFTER_TABLE : SchemaPhase.AFTER_TABLES;
    }

    private static TableName index(Row row) throws SQLException {
        return TableName.of(row.text("indexSchema"), row.text("indexName"));
    }

    private static Address address(Row row) throws SQLException {
        return new Address("pg_class", row.number("oid"));
    }

    private static Address relation(Row row) throws SQLException {
        return new Address("pg_class", row.number("relation"));
    }
}
