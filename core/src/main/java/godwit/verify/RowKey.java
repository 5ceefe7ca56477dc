package godwit.verify;

import java.util.List;

/**
 * The values of a row's key as text, by which rows are matched: what looks different is different.
 *
 * @param values one for each column of the key, in its order
 */
public record RowKey(List<String> values) {
    public RowKey {
        values = List.copyOf(values);
    }
}
