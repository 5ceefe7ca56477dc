package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the rows of a table whose two versions do not belong together.
 *
 * <p>A row is in step when what the new version has of each column is what {@code up} makes of the old version's, or the old
 * version's is what {@code down} makes of the new one's: either may have written it last.
 *
 * @param key by which the rows can be walked through; empty where they have none
 * @param differs true of a row that is not in step, over the row named by the table
 */
public record Comparison(TableName table, List<Identifier> key, String differs) {
    public Comparison {
        key = List.copyOf(key);
    }

    /** Empty for a table none of whose columns has values in both versions. */
    static Optional<Comparison> of(Changed changed) {
        var values = new Values(changed.evolution(), changed.chains());
        var row = changed.name().name().sql() + ".";
        var differs = changed.chains().stream()
                .filter(Chain::isTwofold)
                .map(chain -> differs(chain, values, row))
                .collect(Collectors.joining(" OR "));
        return differs.isEmpty()
                ? Optional.empty()
                : Optional.of(new Comparison(changed.name(), changed.table().key(), differs));
    }

    private static String differs(Chain chain, Values values, String row) {
        var green = chain.green().orElseThrow();
        var blue = chain.blue().orElseThrow();
        var from = Chains.from(chain.derivations().getFirst()).orElseThrow();
        var up = same(row + green.physical().sql(), values.upSql(green.slot()), green.slot());
        var down = values.downSql(from)
                .map(sql -> same(row + blue.name().sql(), sql, from))
                .orElse("false");
        return "NOT (" + up + " OR " + down + ")";
    }

    /** As the bytes are, since not all types have an equality. */
    private static String same(String column, String value, Slot slot) {
        return "pg_catalog.record_image_eq(row(" + column + "), row(CAST(" + value + " AS " + slot.type() + ")))";
    }
}
