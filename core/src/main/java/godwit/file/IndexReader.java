package godwit.file;

import godwit.change.IndexField;
import godwit.change.IndexField.Nulls;
import godwit.change.IndexField.OperatorClass;
import godwit.change.IndexField.Sort;
import godwit.change.Operation;
import godwit.change.Operation.IndexMethod;
import godwit.schema.Identifier;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an index that is to be made. Its columns have had three forms: names (pgroll before 0.10), a mapping by name (before
 * 0.16), and a list of mappings.
 */
final class IndexReader {
    private static final Set<String> KEYS =
            Set.of("name", "table", "columns", "method", "unique", "predicate", "storage_parameters");

    private IndexReader() {}

    static Operation read(Fields fields) {
        fields.only(KEYS);
        fields.require("columns");
        var columns = columns(fields);
        if (columns.isEmpty()) {
            throw fields.wrong(
                    "no-columns", "columns", "%s is empty.".formatted(fields.at("columns")), "Name the columns.");
        }
        return new Operation.CreateIndex(
                fields.name("name"),
                fields.name("table"),
                columns,
                fields.word("method", IndexMethod.class, IndexMethod.BTREE),
                fields.isTrue("unique"),
                fields.maybeSql("predicate"),
                fields.maybeSql("storage_parameters"));
    }

    private static List<IndexField> columns(Fields fields) {
        if (fields.isMapping("columns")) {
            var byName = fields.section("columns");
            return byName.keys().stream()
                    .map(column -> column(
                            Fields.nameOf(byName.at(column), column),
                            byName.sectionOrEmpty(column).only(Set.of("collate", "sort", "nulls", "opclass"))))
                    .toList();
        }
        if (fields.isListOfTexts("columns")) {
            return fields.names("columns").stream().map(IndexField::of).toList();
        }
        return fields.list("columns").stream()
                .map(column -> column.only(Set.of("column", "collate", "sort", "nulls", "opclass")))
                .map(column -> column(column.name("column"), column))
                .toList();
    }

    private static IndexField column(Identifier name, Fields fields) {
        return new IndexField(
                name,
                fields.maybeSql("collate"),
                fields.sqlWord("sort", Sort.class, Sort.USUAL),
                fields.sqlWord("nulls", Nulls.class, Nulls.USUAL),
                operatorClass(fields));
    }

    private static Optional<OperatorClass> operatorClass(Fields fields) {
        return fields.maybeSection("opclass")
                .map(named -> named.only(Set.of("name", "params")))
                .map(named -> new OperatorClass(named.sql("name"), named.texts("params")));
    }
}
