package godwit.postgres.capture;

import godwit.move.Tuple;
import godwit.postgres.RowLimit;
import godwit.schema.TableName;
import java.util.HashMap;
import java.util.Map;

/** Refuses rows of a stream that are above the limit, by their table's name. */
final class SizeCheck {
    private final RowLimit limit;
    private final Map<Integer, TableName> names = new HashMap<>();

    SizeCheck(RowLimit limit) {
        this.limit = limit;
    }

    /** The message, if none of its rows is too large. */
    Message checked(Message message) {
        var content = message instanceof Message.Streamed streamed ? streamed.message() : message;
        if (content instanceof Message.Relation relation) {
            names.put(relation.id(), relation.table());
        }
        if (content.bytes() > limit.bytesMax()) {
            check(content);
        }
        return message;
    }

    private void check(Message message) {
        if (message instanceof Message.Insert insert) {
            check(insert.relation(), insert.row());
        } else if (message instanceof Message.Delete delete) {
            check(delete.relation(), delete.old());
        } else if (message instanceof Message.Update update) {
            check(update.relation(), update.row());
            if (update.old() instanceof Tuple old) {
                check(update.relation(), old);
            }
        }
    }

    private void check(int relation, Tuple row) {
        limit.require(names.getOrDefault(relation, TableName.of("?", "?")), row.bytes());
    }
}
