package godwit.file;

import godwit.change.Operation.IndexMethod;
import godwit.change.TableConstraint;
import godwit.change.TableConstraint.Check;
import godwit.change.TableConstraint.Exclusion;
import godwit.change.TableConstraint.ForeignKey;
import godwit.change.TableConstraint.IndexParameters;
import godwit.change.TableConstraint.PrimaryKey;
import godwit.change.TableConstraint.Unique;
import godwit.schema.Identifier;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the constraints of a table. */
final class ConstraintReader {
    /** What some constraints have and others have not. */
    private static final Set<String> KEYS_OF_SOME = Set.of(
            "columns",
            "check",
            "references",
            "exclude",
            "deferrable",
            "initially_deferred",
            "nulls_not_distinct",
            "no_inherit",
            "index_parameters");

    private static final Set<String> KEYS_OF_OPERATION = Set.of(
            "table", "name", "type", "columns", "check", "references", "no_inherit", "index_parameters", "up", "down");

    private ConstraintReader() {}

    private enum Type {
        UNIQUE,
        CHECK,
        PRIMARY_KEY,
        FOREIGN_KEY,
        EXCLUDE;

        private Set<String> keys() {
            return switch (this) {
                case UNIQUE ->
                    Set.of("columns", "deferrable", "initially_deferred", "nulls_not_distinct", "index_parameters");
                case CHECK -> Set.of("columns", "check", "no_inherit");
                case PRIMARY_KEY -> Set.of("columns", "deferrable", "initially_deferred", "index_parameters");
                case FOREIGN_KEY -> Set.of("columns", "references", "deferrable", "initially_deferred");
                case EXCLUDE -> Set.of("exclude", "deferrable", "initially_deferred", "index_parameters");
            };
        }

        void requireFitting(Fields fields) {
            var others = new HashSet<>(KEYS_OF_SOME);
            others.removeAll(keys());
            fields.requireWithout(others, "type: " + name().toLowerCase(Locale.ROOT));
        }
    }

    /** Those that can be added to a table that is there. */
    private enum TypeOfOperation {
        UNIQUE,
        CHECK,
        PRIMARY_KEY,
        FOREIGN_KEY
    }

    /** One of those with which a table is made. */
    static TableConstraint ofNewTable(Fields fields) {
        var keys = new HashSet<>(KEYS_OF_SOME);
        keys.addAll(Set.of("name", "type"));
        fields.only(keys);
        return read(fields, fields.word("type", Type.class));
    }

    /** One that is added to a table that is there, with the keys of the operation around it. */
    static TableConstraint ofExistingTable(Fields fields) {
        fields.only(KEYS_OF_OPERATION);
        return read(
                fields, Type.valueOf(fields.word("type", TypeOfOperation.class).name()));
    }

    private static TableConstraint read(Fields fields, Type type) {
        type.requireFitting(fields);
        var name = fields.name("name");
        return switch (type) {
            case UNIQUE ->
                new Unique(
                        name,
                        columns(fields),
                        !fields.isTrue("nulls_not_distinct"),
                        ColumnSpecReader.deferral(fields),
                        index(fields));
            case CHECK -> new Check(name, fields.names("columns"), fields.sql("check"), !fields.isTrue("no_inherit"));
            case PRIMARY_KEY -> new PrimaryKey(name, columns(fields), ColumnSpecReader.deferral(fields), index(fields));
            case FOREIGN_KEY -> foreignKey(fields, name, columns(fields));
            case EXCLUDE -> exclusion(fields, name);
        };
    }

    /** The columns, at least one. */
    private static List<Identifier> columns(Fields fields) {
        fields.require("columns");
        var columns = fields.names("columns");
        if (columns.isEmpty()) {
            throw fields.wrong(
                    "no-columns", "columns", "%s is empty.".formatted(fields.at("columns")), "Name the columns.");
        }
        return columns;
    }

    private static TableConstraint foreignKey(Fields fields, Identifier name, List<Identifier> columns) {
        var references = fields.section("references")
                .only(Set.of("table", "columns", "match_type", "on_update", "on_delete", "on_delete_set_columns"));
        var referenced = columns(references);
        if (referenced.size() != columns.size()) {
            throw references.wrong(
                    "wrong-foreign-key",
                    "columns",
                    "%s has %d names, but %d columns point to them."
                            .formatted(references.at("columns"), referenced.size(), columns.size()),
                    "Each column points to one, in the same order.");
        }
        var rules = ColumnSpecReader.rules(references, ColumnSpecReader.deferral(fields));
        if (!columns.containsAll(rules.onDeleteColumns())) {
            throw references.wrong(
                    "wrong-foreign-key",
                    "on_delete_set_columns",
                    "%s names a column that does not point.".formatted(references.at("on_delete_set_columns")),
                    "Name columns of the foreign key.");
        }
        return new ForeignKey(name, columns, references.name("table"), referenced, rules);
    }

    private static TableConstraint exclusion(Fields fields, Identifier name) {
        var exclude = fields.section("exclude").only(Set.of("index_method", "elements", "predicate"));
        return new Exclusion(
                name,
                exclude.word("index_method", IndexMethod.class, IndexMethod.BTREE),
                exclude.sql("elements"),
                exclude.maybeSql("predicate"),
                ColumnSpecReader.deferral(fields),
                index(fields));
    }

    private static IndexParameters index(Fields fields) {
        return fields.maybeSection("index_parameters")
                .map(index -> index.only(Set.of("tablespace", "storage_parameters", "include_columns")))
                .map(index -> new IndexParameters(
                        index.maybeName("tablespace"),
                        index.maybeSql("storage_parameters"),
                        index.names("include_columns")))
                .orElse(IndexParameters.NONE);
    }
}
