package godwit.file;

import godwit.GodwitException;
import godwit.change.Operation;
import godwit.change.Operation.Expressions;
import godwit.change.Operation.SetReplicaIdentity.Identity;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads one operation: a mapping with the operation's name as its only key. */
final class OperationReader {
    private static final Map<String, Function<Fields, Operation>> READERS = new TreeMap<>(Map.ofEntries(
            Map.entry("create_table", OperationReader::createTable),
            Map.entry("drop_table", OperationReader::dropTable),
            Map.entry("rename_table", OperationReader::renameTable),
            Map.entry("add_column", OperationReader::addColumn),
            Map.entry("drop_column", OperationReader::dropColumn),
            Map.entry("rename_column", OperationReader::renameColumn),
            Map.entry("alter_column", AlterationReader::read),
            Map.entry("create_constraint", OperationReader::createConstraint),
            Map.entry("drop_constraint", OperationReader::dropConstraint),
            Map.entry("drop_multicolumn_constraint", OperationReader::dropMulticolumnConstraint),
            Map.entry("rename_constraint", OperationReader::renameConstraint),
            Map.entry("create_index", IndexReader::read),
            Map.entry("drop_index", OperationReader::dropIndex),
            Map.entry("set_replica_identity", OperationReader::setReplicaIdentity),
            Map.entry("set_column_properties", PropertyReader::columnProperties),
            Map.entry("set_storage_parameters", PropertyReader::storageParameters),
            Map.entry("set_identity", PropertyReader::setIdentity),
            Map.entry("drop_identity", PropertyReader::dropIdentity),
            Map.entry("sql", OperationReader::sql)));

    private OperationReader() {}

    /** The names of all operations, in alphabetical order. */
    static Set<String> words() {
        return READERS.keySet();
    }

    static Operation read(Fields item) {
        var keys = item.keys();
        if (keys.size() != 1) {
            throw item.wrong(
                    "wrong-operation",
                    "",
                    "%s must have one key, the name of an operation.".formatted(item.at("")),
                    "Write each operation as an item of its own.");
        }
        var word = keys.getFirst();
        var reader = READERS.get(word);
        if (reader == null) {
            throw unknown(item, word);
        }
        return reader.apply(item.section(word));
    }

    private static GodwitException unknown(Fields item, String word) {
        var meant =
                Nearest.of(word, words()).map("Did you mean %s? "::formatted).orElse("");
        return item.wrong(
                "unknown-operation",
                word,
                "The operation at %s is not known.".formatted(item.at(word)),
                meant + "Known are: " + String.join(", ", words()) + ".");
    }

    private static Operation createTable(Fields fields) {
        fields.only(Set.of("name", "columns", "constraints", "comment"));
        fields.require("columns");
        var columns =
                fields.list("columns").stream().map(ColumnSpecReader::read).toList();
        var constraints = fields.list("constraints").stream()
                .map(ConstraintReader::ofNewTable)
                .toList();
        fields.requireDistinct(
                "columns", columns.stream().map(column -> column.name()).toList());
        fields.requireDistinct(
                "constraints",
                constraints.stream().map(constraint -> constraint.name()).toList());
        return new Operation.CreateTable(fields.name("name"), columns, constraints, fields.maybeSql("comment"));
    }

    private static Operation dropTable(Fields fields) {
        fields.only(Set.of("name"));
        return new Operation.DropTable(fields.name("name"));
    }

    private static Operation renameTable(Fields fields) {
        fields.only(Set.of("from", "to"));
        return new Operation.RenameTable(fields.name("from"), fields.name("to"));
    }

    private static Operation addColumn(Fields fields) {
        fields.only(Set.of("table", "column", "up"));
        return new Operation.AddColumn(
                fields.name("table"), ColumnSpecReader.read(fields.section("column")), fields.maybeSql("up"));
    }

    private static Operation dropColumn(Fields fields) {
        fields.only(Set.of("table", "column", "down"));
        return new Operation.DropColumn(fields.name("table"), fields.name("column"), fields.maybeSql("down"));
    }

    private static Operation renameColumn(Fields fields) {
        fields.only(Set.of("table", "from", "to"));
        return new Operation.RenameColumn(fields.name("table"), fields.name("from"), fields.name("to"));
    }

    private static Operation createConstraint(Fields fields) {
        var constraint = ConstraintReader.ofExistingTable(fields);
        var columns = fields.names("columns");
        return new Operation.CreateConstraint(
                fields.name("table"),
                constraint,
                new Expressions.ByColumn(fields.sqlByColumn("up", columns)),
                new Expressions.ByColumn(fields.sqlByColumn("down", columns)));
    }

    private static Operation dropConstraint(Fields fields) {
        fields.only(Set.of("table", "name", "up", "down"));
        return new Operation.DropConstraint(
                fields.name("table"),
                fields.name("name"),
                fields.maybeSql("up")
                        .<Expressions>map(Expressions.OfOnlyColumn::new)
                        .orElse(Expressions.NONE),
                new Expressions.OfOnlyColumn(fields.sql("down")));
    }

    private static Operation dropMulticolumnConstraint(Fields fields) {
        fields.only(Set.of("table", "name", "up", "down"));
        fields.require("down");
        return new Operation.DropConstraint(
                fields.name("table"),
                fields.name("name"),
                new Expressions.ByColumn(fields.sqlByColumn("up")),
                new Expressions.ByColumn(fields.sqlByColumn("down")));
    }

    private static Operation renameConstraint(Fields fields) {
        fields.only(Set.of("table", "from", "to"));
        return new Operation.RenameConstraint(fields.name("table"), fields.name("from"), fields.name("to"));
    }

    private static Operation dropIndex(Fields fields) {
        fields.only(Set.of("name"));
        return new Operation.DropIndex(fields.name("name"));
    }

    private static Operation setReplicaIdentity(Fields fields) {
        fields.only(Set.of("table", "identity"));
        var identity = fields.section("identity").only(Set.of("type", "index"));
        return new Operation.SetReplicaIdentity(
                fields.name("table"),
                switch (identity.word("type", IdentityType.class)) {
                    case NOTHING -> new Identity.Nothing();
                    case DEFAULT -> new Identity.PrimaryKey();
                    case FULL -> new Identity.WholeRow();
                    case INDEX -> new Identity.Index(identity.name("index"));
                });
    }

    private enum IdentityType {
        NOTHING,
        DEFAULT,
        FULL,
        INDEX
    }

    private static Operation sql(Fields fields) {
        fields.only(Set.of("up", "down", "onComplete"));
        if (fields.isTrue("onComplete")) {
            fields.requireWithout(Set.of("down"), "onComplete");
        }
        return new Operation.RawSql(fields.sql("up"), fields.maybeSql("down"), fields.isTrue("onComplete"));
    }
}
