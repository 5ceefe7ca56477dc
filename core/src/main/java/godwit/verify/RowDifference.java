package godwit.verify;

import java.util.List;

/**
 * A row that is not the same on both sides, without its contents.
 *
 * @param kind what is wrong with it on the follower
 * @param key its key as a JSON object, such as {@code {"id": 5}}; for a table without a key the row's hash and the
 *     number of copies that are too many or too few: {@code {"row": "-81…", "copies": 2}}
 * @param columns the names of the columns that differ, for {@link Kind#CHANGED} only
 */
public record RowDifference(Kind kind, String key, List<String> columns) {
    public RowDifference {
        columns = List.copyOf(columns);
    }

    /** What is wrong with a row on the follower. */
    public enum Kind {
        /** The leader has it, the follower does not. */
        MISSING,
        /** The follower has it, the leader does not. */
        EXTRA,
        /** Both have its key, with other contents. */
        CHANGED
    }
}
