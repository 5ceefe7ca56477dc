package godwit.change.plan;

import godwit.schema.Identifier;
import java.util.Map;

/**
 * A table as an operation saw it.
 *
 * @param columns by the names that they had then; empty for a table that the migration makes, which none changes
 */
record Seen(Member table, Map<Identifier, Slot> columns) {
    Seen {
        columns = Map.copyOf(columns);
    }

    static Seen of(Member table) {
        return new Seen(
                table,
                switch (table) {
                    case Evolution evolution -> evolution.slots();
                    case Created created -> Map.of();
                });
    }
}
