package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Along a unique key, in its index's order. */
final class KeyWalk implements RowWalk {
    private final TableName table;
    private final List<Identifier> key;
    private final List<SqlText> types;

    private KeyWalk(TableName table, List<Identifier> key, List<SqlText> types) {
        this.table = table;
        this.key = key;
        this.types = types;
    }

    static KeyWalk of(Session session, TableName table, List<Identifier> key) {
        var types = key.stream()
                .map(column -> new SqlText(session.text(
                        "SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
                                + " WHERE attrelid = ?::regclass AND attname = ?",
                        table.sql(),
                        column.name())))
                .toList();
        return new KeyWalk(table, key, types);
    }

    @Override
    public Optional<Range> after(Session session, Optional<List<String>> place, int rows) {
        var row = table.name().sql();
        var order = key.stream().map(this::name).collect(Collectors.joining(", "));
        var back = key.stream().map(column -> name(column) + " DESC").collect(Collectors.joining(", "));
        var texts = key.stream().map(column -> name(column) + "::text").collect(Collectors.joining(", "));
        return session.first(
                        "SELECT ARRAY[" + texts + "] FROM (SELECT " + order + " FROM ONLY " + table.sql() + " AS " + row
                                + " WHERE " + behind(place) + "true ORDER BY " + order + " LIMIT ?) AS " + row
                                + " ORDER BY " + back + " LIMIT 1",
                        found -> List.of((String[]) found.getArray(1).getArray()),
                        rows)
                .map(to -> new Range(place, to));
    }

    @Override
    public String condition(Range range) {
        return behind(range.from()) + keys() + " <= " + values(range.to());
    }

    private String name(Identifier column) {
        return table.name().sql() + "." + column.sql();
    }

    private String keys() {
        return key.stream().map(this::name).collect(Collectors.joining(", ", "(", ")"));
    }

    private String values(List<String> place) {
        return IntStream.range(0, place.size())
                .mapToObj(i -> new Literal(place.get(i)).sql() + "::" + types.get(i))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private String behind(Optional<List<String>> place) {
        return place.map(at -> keys() + " > " + values(at) + " AND ").orElse("");
    }
}
