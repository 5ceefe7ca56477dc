package godwit.postgres.catalog;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the columns of all relations, each as its part of the table's definition and what is set on it afterwards. */
final class ColumnReader {
    private static final String COLUMNS = """
            SELECT a.attrelid AS relation, a.attnum AS position, a.attname AS column, n.nspname AS schema,
                   c.relname AS name, a.attislocal OR c.relispartition AS local, c.reloftype <> 0 AS typed,
                   format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull", nn.oid AS "notNullOid",
                   nn.conname AS "notNullName", coalesce(nn.convalidated, true) AS valid,
                   coalesce(nn.conislocal, true) OR c.relispartition AS "localNotNull",
                   coalesce(nn.connoinherit, false) AS "notNullOnly",
                   CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
                   a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
                   a.attidentity AS identity, sn.nspname AS "sequenceSchema", s.relname AS "sequenceName",
                   s.oid AS "sequenceOid", s.relpersistence <> c.relpersistence AS "otherPersistence",
                   s.relpersistence = 'u' AS unlogged, q.seqstart AS start, q.seqincrement AS increment,
                   q.seqmin AS min, q.seqmax AS max, q.seqcache AS cache, q.seqcycle AS cycle,
                   CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
                   a.attcompression AS compression, coalesce(a.attstattarget, -1) AS target,
                   (SELECT string_agg(quote_ident(option_name) || ' = ' || quote_literal(option_value), ', ')
                    FROM pg_catalog.pg_options_to_table(a.attoptions)) AS options
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            LEFT JOIN pg_catalog.pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n'
                 AND nn.conkey = ARRAY[a.attnum]
            LEFT JOIN (pg_catalog.pg_depend i JOIN pg_catalog.pg_class s ON s.oid = i.objid AND s.relkind = 'S'
                       JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
                       JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid)
                 ON i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass AND i.deptype = 'i'
                    AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum
            WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND %s
            ORDER BY a.attrelid, a.attnum
            """.formatted(Catalog.USERS_SCHEMA);

    /** An identity column's sequence, which is made and owned along with the table. */
    record OwnSequence(Address address, String sql) {}

    /**
     * A column.
     *
     * @param definition what stands in CREATE TABLE; empty for an inherited column
     * @param settings the statements that complete it
     */
    record ReadColumn(
            long relation,
            long position,
            Identifier name,
            List<String> definition,
            List<String> settings,
            List<OwnSequence> sequence) {}

    private ColumnReader() {}

    static Map<Long, List<ReadColumn>> read(Catalog catalog) throws SQLException {
        return catalog.list(COLUMNS, row -> column(catalog, row)).stream()
                .collect(Collectors.groupingBy(ReadColumn::relation));
    }

    /** Adds to a relation's draft what its columns have of their own: comments, privileges, and their sequences'. */
    static void decorate(Catalog catalog, Draft draft, TableName table, List<ReadColumn> columns) {
        for (var column : columns) {
            var sql = table.sql() + "." + column.name().sql();
            catalog.comments()
                    .on(draft.address(), column.position())
                    .ifPresent(text -> draft.create(Draft.comment("COLUMN " + sql, text)));
            catalog.privileges().of(draft.address()).stream()
                    .filter(difference -> difference.part() == column.position())
                    .forEach(difference -> draft.grant(
                            difference,
                            "TABLE " + table.sql(),
                            List.of(column.name().sql())));
            for (var sequence : column.sequence()) {
                var object = "SEQUENCE " + sequence.sql();
                catalog.comment(sequence.address()).ifPresent(text -> draft.create(Draft.comment(object, text)));
                draft.grants(catalog, sequence.address(), object);
            }
        }
    }

    private static ReadColumn column(Catalog catalog, Row row) throws SQLException {
        var sequence = new ArrayList<OwnSequence>();
        if (row.maybe("sequenceName").isPresent()) {
            sequence.add(new OwnSequence(new Address("pg_class", row.number("sequenceOid")), sequence(row)));
        }
        return new ReadColumn(
                row.number("relation"),
                row.number("position"),
                new Identifier(row.text("column")),
                definition(row).stream().toList(),
                settings(catalog, row),
                sequence);
    }

    private static List<String> definition(Row row) throws SQLException {
        if (!row.flag("local") && !row.flag("typed")) {
            return List.of();
        }
        var name = new Identifier(row.text("column")).sql();
        var properties = new StringBuilder();
        if (row.text("generated").isEmpty() && row.maybe("sequenceName").isPresent()) {
            properties
                    .append(row.text("identity").equals("a") ? " GENERATED ALWAYS" : " GENERATED BY DEFAULT")
                    .append(" AS IDENTITY (SEQUENCE NAME ")
                    .append(sequence(row))
                    .append(SequenceReader.counting(row))
                    .append(")");
        } else if (!row.text("generated").isEmpty()) {
            var storing = row.text("generated").equals("v") ? " VIRTUAL" : " STORED";
            properties
                    .append(" GENERATED ALWAYS AS (")
                    .append(row.sql("expression"))
                    .append(")")
                    .append(storing);
        }
        if (row.flag("notNull") && row.flag("valid") && row.flag("localNotNull")) {
            row.maybe("notNullName")
                    .ifPresent(named -> properties.append(" CONSTRAINT ").append(new Identifier(named).sql()));
            properties.append(" NOT NULL").append(row.flag("notNullOnly") ? " NO INHERIT" : "");
        }
        if (row.flag("typed")) {
            return properties.isEmpty() ? List.of() : List.of(name + " WITH OPTIONS" + properties);
        }
        var collation =
                row.sqlIfAny("collation").map(text -> " COLLATE " + text).orElse("");
        return List.of(name + " " + row.sql("type") + collation + properties);
    }

    private static List<String> settings(Catalog catalog, Row row) throws SQLException {
        var table = "ALTER TABLE ONLY " + row.name().sql();
        var name = new Identifier(row.text("column")).sql();
        var column = table + " ALTER COLUMN " + name;
        var settings = new ArrayList<String>();
        if (!row.flag("local")) {
            settings.addAll(inherited(row, table, name));
        }
        row.maybe("storage").ifPresent(storage -> settings.add(column + " SET STORAGE " + storage(storage)));
        row.filled("compression")
                .ifPresent(
                        method -> settings.add(column + " SET COMPRESSION " + (method.equals("l") ? "lz4" : "pglz")));
        if (row.number("target") >= 0) {
            settings.add(column + " SET STATISTICS " + row.number("target"));
        }
        row.sqlIfAny("options").ifPresent(options -> settings.add(column + " SET (" + options + ")"));
        if (row.flag("otherPersistence") && catalog.session().version() >= 15) {
            settings.add("ALTER SEQUENCE " + sequence(row) + (row.flag("unlogged") ? " SET UNLOGGED" : " SET LOGGED"));
        }
        if (row.maybe("notNullName").isPresent() && row.flag("valid")) {
            var constraint = "CONSTRAINT " + new Identifier(row.text("notNullName")).sql() + " ON "
                    + row.name().sql();
            catalog.comment(new Address("pg_constraint", row.number("notNullOid")))
                    .ifPresent(text -> settings.add(Draft.comment(constraint, text)));
        }
        return settings;
    }

    /** An inherited column may still have a NOT NULL of its own, or lack the default that it would inherit. */
    private static List<String> inherited(Row row, String table, String column) throws SQLException {
        var settings = new ArrayList<String>();
        if (row.flag("notNull") && row.flag("valid") && row.flag("localNotNull")) {
            var name = row.maybe("notNullName").map(Identifier::new);
            settings.add(table
                    + name.map(named -> " ADD CONSTRAINT " + named.sql() + " NOT NULL " + column)
                            .orElse(" ALTER COLUMN " + column + " SET NOT NULL"));
        }
        if (row.maybe("expression").isEmpty() && row.text("identity").isEmpty()) {
            settings.add(table + " ALTER COLUMN " + column + " DROP DEFAULT");
        }
        return settings;
    }

    private static String sequence(Row row) throws SQLException {
        return TableName.of(row.text("sequenceSchema"), row.text("sequenceName"))
                .sql();
    }

    private static String storage(String letter) {
        return switch (letter) {
            case "p" -> "PLAIN";
            case "e" -> "EXTERNAL";
            case "m" -> "MAIN";
            default -> "EXTENDED";
        };
    }
}
