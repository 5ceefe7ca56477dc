package godwit.postgres.copy;

import godwit.move.RangeSnapshots;
import godwit.move.RowKey;
import godwit.schema.Column;
import godwit.schema.Literal;
import godwit.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the keys of a table lie, as numbers in the order of the key's first column.
 *
 * <p>Only of types whose order is the same on all servers and whose values are read here: whole numbers and UUIDs, the
 * latter by their upper half.
 *
 * @param types the key columns' types, in the order of the key
 * @param names the key columns' names, quoted
 * @param binary whether values travel in binary form
 */
record KeyPlace(List<String> types, List<String> names, boolean binary) {
    private static final List<String> WHOLE = List.of("smallint", "integer", "bigint");
    private static final String UUID_TYPE = "uuid";

    KeyPlace {
        types = List.copyOf(types);
        names = List.copyOf(names);
    }

    /** The places of a table's keys; empty when a column of the key is of another type, or there is no key. */
    static Optional<KeyPlace> of(Table table, boolean binary) {
        var types = table.key().stream()
                .map(name -> table.column(name.name()).map(Column::type).orElse(""))
                .toList();
        var isKnown = types.stream().allMatch(type -> WHOLE.contains(type) || type.equals(UUID_TYPE));
        return table.hasKey() && isKnown
                ? Optional.of(new KeyPlace(
                        types, table.key().stream().map(n -> n.sql()).toList(), binary))
                : Optional.empty();
    }

    private boolean isUuid(int column) {
        return types.get(column).equals(UUID_TYPE);
    }

    /** Where a key lies. */
    long of(RowKey key) {
        return isUuid(0) ? uuid(key.value(0)).getMostSignificantBits() ^ Long.MIN_VALUE : whole(key.value(0));
    }

    /** Where the key lies whose first column has this text. */
    long of(String first) {
        return isUuid(0) ? UUID.fromString(first).getMostSignificantBits() ^ Long.MIN_VALUE : Long.parseLong(first);
    }

    private long whole(byte[] value) {
        if (!binary) {
            return Long.parseLong(new String(value, StandardCharsets.US_ASCII));
        }
        long number = value[0];
        for (var i = 1; i < value.length; i++) {
            number = (number << 8) | (value[i] & 0xFF);
        }
        return number;
    }

    private UUID uuid(byte[] value) {
        if (!binary) {
            return UUID.fromString(new String(value, StandardCharsets.US_ASCII));
        }
        var hex = HexFormat.of();
        return new UUID(
                Long.parseUnsignedLong(hex.formatHex(value, 0, 8), 16),
                Long.parseUnsignedLong(hex.formatHex(value, 8, 16), 16));
    }

    /** The condition that a key's first column lies from one place to before another. */
    String condition(OptionalLong first, OptionalLong end) {
        var from = first.isPresent() ? names.getFirst() + " >= " + literal(first.getAsLong()) : "true";
        return end.isPresent() ? from + " AND " + names.getFirst() + " < " + literal(end.getAsLong()) : from;
    }

    /** The condition that a key's first column lies at one of some places. */
    String condition(RangeSnapshots.Places places) {
        return condition(
                places.first() == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(places.first()),
                places.last() == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(places.last() + 1));
    }

    private String literal(long place) {
        var text = isUuid(0) ? new UUID(place ^ Long.MIN_VALUE, 0).toString() : Long.toString(place);
        return new Literal(text).sql() + "::" + types.getFirst();
    }

    /** The condition that a row has a key. */
    String condition(RowKey key) {
        return IntStream.range(0, types.size())
                .mapToObj(i -> names.get(i) + " = " + literal(key, i))
                .collect(Collectors.joining(" AND "));
    }

    private String literal(RowKey key, int column) {
        var text = isUuid(column) ? uuid(key.value(column)).toString() : Long.toString(whole(key.value(column)));
        return new Literal(text).sql() + "::" + types.get(column);
    }
}
