package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The steps that give a table the new version's columns, and these what they have to have. */
final class Expanding {
    /** What a small server does, for estimates: rows and bytes a second. */
    private static final double ROWS_PER_SECOND = 40_000;

    private static final double BYTES_PER_SECOND = 50e6;

    private final Changed changed;
    private final List<Identifier> path;
    private final List<Carried> carried;

    /** @param replaced of each table that changes, the columns that others replace */
    Expanding(
            Changed changed,
            Analyst analyst,
            List<Identifier> path,
            Map<TableName, Map<Identifier, Identifier>> replaced) {
        this.changed = changed;
        this.path = path;
        this.carried = replaced.getOrDefault(changed.name(), Map.of()).isEmpty()
                ? List.of()
                : analyst.carried(changed.table(), replaced, changed.dropped()).stream()
                        .filter(each -> !isLeft(each))
                        .toList();
    }

    private boolean isLeft(Carried carried) {
        return switch (carried) {
            case Carried.Settings settings -> false;
            case Carried.Index index -> changed.evolution().isLeft(index.index());
            case Carried.Check check -> changed.evolution().isLeft(check.constraint());
            case Carried.Reference reference -> changed.evolution().isLeft(reference.constraint());
        };
    }

    /** What the new columns have to have of the old ones. */
    List<Carried> carried() {
        return carried;
    }

    /** Columns, function and triggers: from here on rows that are written have both versions' values. */
    Step.InTransaction columns() {
        var sql = new ArrayList<String>();
        sql.add("ALTER TABLE " + changed.sql() + " " + String.join(", ", added()));
        sql.addAll(settings(changed, carried));
        for (var sync : changed.syncs()) {
            sql.add(new SyncFunction(sync.part(), changed.evolution(), changed.chains())
                    .create(sync.function().sql(), path));
            sql.addAll(sync.create());
        }
        return new Step.InTransaction(
                "columns and triggers of " + changed.name().plain(), sql, Lock.ACCESS_EXCLUSIVE, false, 0.05);
    }

    /** What is a column's own, for those that take its place; what operations say of it goes before. */
    static List<String> settings(Changed changed, List<Carried> carried) {
        var sql = new ArrayList<String>();
        for (var each : carried) {
            if (each instanceof Carried.Settings settings) {
                settings.statements().forEach(statement -> sql.add(statement.sql()));
            }
        }
        changed.greens()
                .forEach(green -> DefinitionText.comment(green.comment())
                        .ifPresent(text -> sql.add("COMMENT ON COLUMN " + changed.sql() + "."
                                + green.physical().sql() + " IS " + text)));
        return sql;
    }

    private List<String> added() {
        var all = new ArrayList<String>();
        for (var chain : changed.chains()) {
            chain.green().ifPresent(green -> {
                var column = "ADD COLUMN " + green.physical().sql() + " " + green.type()
                        + green.collation().map(c -> " COLLATE " + c).orElse("");
                all.add(chain.isFilled() ? column : column + whole(green));
            });
        }
        all.add("ADD COLUMN " + SyncFunction.MARKER.sql() + " smallint");
        return all;
    }

    /** A default that is the same for all rows takes no writing of them. */
    private static String whole(Green green) {
        return green.defaultValue().map(value -> " DEFAULT " + value).orElse("") + (green.notNull() ? " NOT NULL" : "");
    }

    /** Rows that are there; at most one step. */
    List<Step> backfill() {
        // From the old version's columns alone: what the same statement gives the others is not to be seen in it.
        var values = new Values(changed.evolution(), List.of());
        var filled = changed.chains().stream().filter(Chain::isFilled).toList();
        if (filled.isEmpty()) {
            return List.of();
        }
        var table = changed.name().name().sql();
        var assignments = new ArrayList<String>();
        var wanting = new ArrayList<String>();
        for (var chain : filled) {
            var green = chain.green().orElseThrow();
            var up = values.upSql(green.slot());
            assignments.add(green.physical().sql() + " = " + up);
            wanting.add("(" + table + "." + green.physical().sql() + " IS NULL AND " + up + " IS NOT NULL)");
        }
        return List.of(new Step.Backfill(
                "backfill of " + changed.name().plain(),
                changed.name(),
                changed.table().key(),
                assignments,
                String.join(" OR ", wanting),
                changed.table().rows() / ROWS_PER_SECOND));
    }

    /** Indexes, which scan the table and let clients write meanwhile. */
    List<Step> indexes() {
        var steps = new ArrayList<Step>();
        for (var each : carried) {
            if (each instanceof Carried.Index index) {
                steps.add(index(changed.temporary("index", index.index()), index.definition(), index.isUnique()));
            }
        }
        return steps;
    }

    /** Constraints, when all tables have their indexes: foreign keys need those of others. */
    List<Step> constraints() {
        var steps = new ArrayList<Step>();
        for (var each : carried) {
            switch (each) {
                case Carried.Settings settings -> {}
                case Carried.Index index -> {}
                case Carried.Check check ->
                    steps.addAll(carried(check.constraint(), check.definition(), check.validated()));
                case Carried.Reference reference ->
                    steps.addAll(carried(reference.constraint(), reference.definition(), reference.validated()));
            }
        }
        for (var chain : changed.chains()) {
            chain.green().ifPresent(green -> steps.addAll(ofOperations(chain, green)));
        }
        return steps;
    }

    private List<Step> carried(Identifier name, SqlText definition, boolean validated) {
        return constraint(changed.temporary("constraint", name), definition.sql(), validated);
    }

    private List<Step> ofOperations(Chain chain, Green green) {
        var steps = new ArrayList<Step>();
        if (green.notNull() && chain.isFilled()) {
            steps.addAll(constraint(
                    green.notNullCheck(), "CHECK (" + green.physical().sql() + " IS NOT NULL)", true));
        }
        return steps;
    }

    private Step index(Identifier name, SqlText definition, boolean unique) {
        return new Step.Concurrently(
                "index " + name.name(),
                changed.name(),
                name,
                "CREATE " + (unique ? "UNIQUE " : "") + "INDEX CONCURRENTLY " + name.sql() + " ON " + definition,
                scanSeconds(changed.table()));
    }

    private List<Step> constraint(Identifier name, String definition, boolean validated) {
        return constraint(changed.table(), name, definition, validated);
    }

    /** Adds a constraint that holds for what is written from now on, and then looks at what is there. */
    static List<Step> constraint(CatalogTable table, Identifier name, String definition, boolean validated) {
        var alter = "ALTER TABLE " + table.name().sql();
        var add = new Step.InTransaction(
                "constraint " + name.name(),
                List.of(alter + " ADD CONSTRAINT " + name.sql() + " " + definition + " NOT VALID"),
                Lock.SHARE_ROW_EXCLUSIVE,
                false,
                0.05);
        var validate = new Step.InTransaction(
                "validation of " + name.name(),
                List.of(alter + " VALIDATE CONSTRAINT " + name.sql()),
                Lock.SHARE_UPDATE_EXCLUSIVE,
                true,
                scanSeconds(table) / 4);
        return validated ? List.of(add, validate) : List.of(add);
    }

    static double scanSeconds(CatalogTable table) {
        return table.bytes() / BYTES_PER_SECOND;
    }
}
