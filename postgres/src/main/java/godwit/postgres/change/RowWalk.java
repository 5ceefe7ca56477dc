package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;

/** A way through the rows of a table that are there when it begins, range by range. */
interface RowWalk {
    /**
     * A range of rows.
     *
     * @param from the place behind which it begins; empty at the table's begin
     * @param to the place of its last row
     */
    record Range(Optional<List<String>> from, List<String> to) {
        public Range {
            to = List.copyOf(to);
        }
    }

    /** The range behind a place that has about so many rows; empty when there is none. */
    Optional<Range> after(Session session, Optional<List<String>> place, int rows);

    /** True of a range's rows, over the row named by the table. */
    String condition(Range range);

    /** The way that a table allows. */
    static RowWalk of(Session session, TableName table, List<Identifier> key) {
        return key.isEmpty() ? PageWalk.of(session, table) : KeyWalk.of(session, table, key);
    }
}
