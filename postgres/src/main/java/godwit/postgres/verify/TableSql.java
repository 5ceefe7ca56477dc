package godwit.postgres.verify;

import godwit.schema.Identifier;
import godwit.verify.BucketPlan;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The statements that read one table; {@code r} is a row of it.
 *
 * <p>Rows are compared by the text that the types' output functions give inside {@code ROW(…)::text}: it tells NULL
 * from empty, 1.0 from 1.00, one day from 24 hours, and exists for every type, unlike equality and hash functions.
 * {@code FROM ONLY} keeps the rows of children out, which are tables of their own. Each side reads the rows that are
 * selected there.
 *
 * @param table the table
 * @param hash how texts are hashed on both sides
 * @param objects how values that name objects are compared
 */
record TableSql(ComparedTable table, RowHash hash, ObjectNames objects) {
    private static final int BYTEA_AS_IS_MAX = 512;

    /** One row: the number of rows in a piece and the sum of their hashes. */
    String fingerprint(Relation side, Piece piece) {
        return "SELECT count(*), coalesce(sum(%s), 0) FROM %s AS r WHERE %s"
                .formatted(rowHash(), rows(side), piece.condition());
    }

    /** A row for each bucket of a piece: its number, its rows, the sum of their hashes; parameter: buckets wanted. */
    String buckets(Relation side, Piece piece, BucketPlan plan, BucketPlan within) {
        // With all rows in one bucket there is nothing to choose, and no need for a hash to do so.
        var chosen = within.bits() == 0 ? "0" : "(%s & %d)".formatted(keyHash(), within.mask());
        return """
                SELECT %s & %d, count(*), sum(%s)
                FROM %s AS r
                WHERE %s AND %s = ANY (?)
                GROUP BY 1""".formatted(keyHash(), plan.mask(), rowHash(), rows(side), piece.condition(), chosen);
    }

    /** The rows of a piece in some buckets: the sum of hashes, then the texts of the key; parameter: buckets. */
    String keys(Relation side, Piece piece, BucketPlan plan) {
        var columns = table.hasKey() ? rowHash() + ", 1, " + keyTexts() : "0, count(*), " + rowHash();
        var grouping = table.hasKey() ? "" : "GROUP BY " + rowHash();
        return "SELECT %s FROM %s AS r WHERE %s AND (%s & %d) = ANY (?) %s"
                .formatted(columns, rows(side), piece.condition(), keyHash(), plan.mask(), grouping);
    }

    /** The hash of each column for some keys, which are the parameters: one array of texts for each key column. */
    String columnHashes(Relation side) {
        var hashes = table.columns().stream()
                .map(column -> "sum(%s)".formatted(hash.of("ROW(%s)::text".formatted(value(column)))))
                .collect(Collectors.joining(", "));
        var keys = table.key().stream().map(column -> "?::text[]").collect(Collectors.joining(", "));
        var wanted = "unnest(%s) AS wanted(%s)".formatted(keys, wantedColumns());
        return "SELECT ARRAY[%s]::text[], %s FROM %s JOIN %s AS r ON %s GROUP BY %s"
                .formatted(hashes, keyTexts(), wanted, rows(side), isWanted(side), keyTexts());
    }

    /** The names of a key's texts in a relation {@code wanted}: k0, k1 and so on. */
    String wantedColumns() {
        return IntStream.range(0, table.key().size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
    }

    /**
     * Whether {@code r} has the key that {@code wanted} holds as texts.
     *
     * <p>The texts decide. The comparison of values beside it lets an index find the row; it is left out where the
     * type's equality may live outside pg_catalog, or where a text may name what this side does not have (reg*).
     */
    String isWanted(Relation side) {
        return IntStream.range(0, table.key().size())
                .mapToObj(i -> isWanted(table.key().get(i), "wanted.k" + i, side))
                .collect(Collectors.joining(" AND "));
    }

    String keyTexts() {
        return texts(table.key());
    }

    /** 64 bits of a row. */
    String rowHash() {
        return hash.of("ROW(%s)::text".formatted(values()));
    }

    String name() {
        return table.table().name().sql();
    }

    /** What a FROM takes to read a side's rows. */
    String rows(Relation side) {
        return side.selection().from(table.table().name());
    }

    private String isWanted(Identifier column, String wanted, Relation side) {
        var byText = "concat(%s) = %s".formatted(of(column), wanted);
        var type = side.types().get(column.name());
        if (type == null || type.contains(".") || type.startsWith("reg")) {
            return byText;
        }
        return "%s AND %s = %s::%s".formatted(byText, of(column), wanted, type);
    }

    private String keyHash() {
        return table.hasKey() ? hash.of("ROW(%s)::text".formatted(list(table.key()))) : rowHash();
    }

    /** The form of the types' output functions, also for types whose cast to text changes the value, as bpchar. */
    private static String texts(List<Identifier> columns) {
        return columns.stream().map(c -> "concat(%s)".formatted(of(c))).collect(Collectors.joining(", "));
    }

    private static String list(List<Identifier> columns) {
        return columns.stream().map(TableSql::of).collect(Collectors.joining(", "));
    }

    private String values() {
        return table.columns().stream().map(this::value).collect(Collectors.joining(", "));
    }

    /*
     * A long bytea goes in as its SHA-256: the text of a row holds a gigabyte at most and a bytea takes two bytes of it
     * for each of its own, and it is several times faster. Two fields, so that no short value looks like a digest.
     */
    private String value(Identifier column) {
        if (objects.has(column)) {
            return objects.compared(column, of(column));
        }
        var isBytea = Stream.of(table.leader(), table.follower())
                .allMatch(side -> "bytea".equals(side.types().get(column.name())));
        var name = of(column);
        return !isBytea
                ? name
                : "CASE WHEN octet_length(%s) <= %d THEN %s END, CASE WHEN octet_length(%s) > %d THEN sha256(%s) END"
                        .formatted(name, BYTEA_AS_IS_MAX, name, name, BYTEA_AS_IS_MAX, name);
    }

    private static String of(Identifier column) {
        return "r." + column.sql();
    }
}
