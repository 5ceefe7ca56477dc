package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** The schema in which clients find the new version, with a view for each table. */
final class VersionViews {
    private final Identifier version;
    private final SequencedMap<Identifier, Member> members;
    private final Identifier schema;
    private final List<Changed> changed;
    private final Analyst analyst;

    /** @param members the new version's tables by their names there */
    VersionViews(
            Identifier version,
            SequencedMap<Identifier, Member> members,
            Identifier schema,
            List<Changed> changed,
            Analyst analyst) {
        this.version = version;
        this.members = members;
        this.schema = schema;
        this.changed = changed;
        this.analyst = analyst;
    }

    /** The new version's view of a table that changes. */
    TableName view(Changed of) {
        return view(members.entrySet().stream()
                .filter(entry -> entry.getValue().equals(of.evolution()))
                .findFirst()
                .orElseThrow()
                .getKey());
    }

    private TableName view(Identifier name) {
        return new TableName(version, name);
    }

    /** Makes it; clients can come from then on. */
    Step make() {
        var sql = new ArrayList<String>();
        sql.add("CREATE SCHEMA " + version.sql());
        analyst.schemaRights(schema, version).forEach(statement -> sql.add(statement.sql()));
        members.forEach((name, member) -> {
            switch (member) {
                case Created created -> {
                    sql.add(create(view(name), created.name().sql(), same(created.shown())));
                    analyst.rightsOfNew(schema, view(name)).forEach(statement -> sql.add(statement.sql()));
                }
                case Evolution evolution -> sql.addAll(views(name, evolution));
            }
        });
        return new Step.InTransaction("version " + version.name(), sql, Lock.NONE, false, 0.05);
    }

    private List<String> views(Identifier name, Evolution evolution) {
        var of = changed.stream().filter(c -> c.evolution().equals(evolution)).findFirst();
        if (of.isPresent()) {
            return views(of.get());
        }
        var table = evolution.table();
        var sql = new ArrayList<String>();
        sql.add(create(view(name), table.name().sql(), same(table)));
        sql.addAll(rights(table, view(name), same(table)));
        return sql;
    }

    private List<String> views(Changed of) {
        var sql = new ArrayList<String>();
        if (of.isKeptInStep()) {
            var hidden = of.hidden().sql();
            sql.add("CREATE VIEW " + hidden + options() + " AS SELECT * FROM " + of.sql());
            sql.add(setDefault(of.hidden(), SyncFunction.MARKER, "1"));
            for (var chain : of.chains()) {
                // What the new version writes does not use up what the old one takes its values from.
                chain.blue()
                        .filter(blue -> blue.defaultValue().isPresent() && chain.givesBlue())
                        .ifPresent(blue -> sql.add(
                                setDefault(of.hidden(), blue.name(), "CAST(nullif('', '') AS " + blue.type() + ")")));
                chain.green()
                        .filter(green -> chain.isFilled())
                        .ifPresent(green -> green.defaultValue()
                                .ifPresent(value -> sql.add(setDefault(of.hidden(), green.physical(), value.sql()))));
            }
            sql.addAll(rights(of.table(), of.hidden(), physical(of)));
        }
        sql.add(create(view(of), of.isKeptInStep() ? of.hidden().sql() : of.sql(), shown(of)));
        sql.addAll(rights(of.table(), view(of), shown(of)));
        return sql;
    }

    /**
     * The same view over the table itself, when all columns are the new version's. What has come to the table since the view was
     * made stands behind what it has: that is the only place where a view takes more columns.
     */
    String overTable(Changed of) {
        var there = analyst.columns(view(of));
        var ordered = new LinkedHashMap<Identifier, Identifier>();
        there.forEach(name -> shown(of).forEach((physical, shown) -> {
            if (shown.equals(name)) {
                ordered.put(physical, shown);
            }
        }));
        shown(of).forEach(ordered::putIfAbsent);
        return create(view(of), of.sql(), ordered).replaceFirst("CREATE VIEW", "CREATE OR REPLACE VIEW");
    }

    private String create(TableName view, String from, Map<Identifier, Identifier> shown) {
        var columns = shown.entrySet().stream()
                .map(column ->
                        column.getKey().sql() + " AS " + column.getValue().sql())
                .collect(Collectors.joining(", "));
        return "CREATE VIEW " + view.sql() + options() + " AS SELECT " + columns + " FROM " + from;
    }

    private String options() {
        return analyst.hasSecurityInvoker() ? " WITH (security_invoker = true)" : "";
    }

    private static String setDefault(TableName view, Identifier column, String value) {
        return "ALTER VIEW " + view.sql() + " ALTER COLUMN " + column.sql() + " SET DEFAULT " + value;
    }

    private List<String> rights(CatalogTable table, TableName view, Map<Identifier, Identifier> shown) {
        return analyst.rights(table, view, shown).stream().map(SqlText::sql).toList();
    }

    private static Map<Identifier, Identifier> same(List<Shown> columns) {
        var all = new LinkedHashMap<Identifier, Identifier>();
        columns.forEach(column -> all.put(column.name(), column.name()));
        return all;
    }

    private static Map<Identifier, Identifier> same(CatalogTable table) {
        var all = new LinkedHashMap<Identifier, Identifier>();
        table.columns().forEach(column -> all.put(column.name(), column.name()));
        return all;
    }

    /** The new version's names by those in the table. */
    private static Map<Identifier, Identifier> shown(Changed of) {
        var all = new LinkedHashMap<Identifier, Identifier>();
        of.physicalByName().forEach((name, physical) -> all.put(physical, name));
        return all;
    }

    private static Map<Identifier, Identifier> physical(Changed of) {
        var all = same(of.table());
        of.greens().forEach(green -> all.put(green.physical(), green.physical()));
        return all;
    }

    /** Takes it away, whatever of it is there. */
    Step remove() {
        var sql = new ArrayList<String>();
        members.keySet()
                .forEach(name -> sql.add("DROP VIEW IF EXISTS " + view(name).sql()));
        changed.forEach(of -> sql.add("DROP VIEW IF EXISTS " + of.hidden().sql()));
        sql.add("DROP SCHEMA IF EXISTS " + version.sql());
        return new Step.InTransaction("version " + version.name(), sql, Lock.NONE, false, 0.05);
    }
}
