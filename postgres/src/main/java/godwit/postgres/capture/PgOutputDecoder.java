package godwit.postgres.capture;

import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Tuple;
import godwit.schema.TableName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads messages of the pgoutput protocol, version 1 or 2, from their bytes (PostgreSQL manual, 55.9).
 *
 * <p>Inside a block of a transaction that is still under way each message names the transaction it belongs to.
 */
final class PgOutputDecoder {
    /** Microseconds from 1970-01-01 to 2000-01-01, PostgreSQL's epoch. */
    private static final long EPOCH_MICROS = 946_684_800_000_000L;

    private boolean inBlock;

    Message decode(ByteBuffer in) {
        var kind = (char) in.get();
        return switch (kind) {
            case 'B' -> new Message.Begin(lsn(in), in.getLong() + EPOCH_MICROS, in.getInt());
            case 'C' -> commit(in);
            case 'S' -> streamBegin(in);
            case 'E' -> streamEnd();
            case 'c' -> streamCommit(in);
            case 'A' -> new Message.StreamAbort(in.getInt(), in.getInt());
            case 'O' -> new Message.Ignored(kind);
            default -> inBlock ? new Message.Streamed(in.getInt(), content(kind, in)) : content(kind, in);
        };
    }

    private static Message content(char kind, ByteBuffer in) {
        return switch (kind) {
            case 'R' -> relation(in);
            case 'I' -> insert(in);
            case 'U' -> update(in);
            case 'D' -> delete(in);
            case 'T' -> truncate(in);
            case 'M' -> emitted(in);
            case 'Y' -> new Message.Ignored(kind);
            default -> throw unknown(kind);
        };
    }

    private Message streamBegin(ByteBuffer in) {
        inBlock = true;
        return new Message.StreamBegin(in.getInt());
    }

    private Message streamEnd() {
        inBlock = false;
        return new Message.StreamEnd();
    }

    private static Message streamCommit(ByteBuffer in) {
        var xid = in.getInt();
        in.get();
        return new Message.StreamCommit(xid, lsn(in), lsn(in), in.getLong() + EPOCH_MICROS);
    }

    private static RuntimeException unknown(char kind) {
        return Problem.of(
                        "unknown-stream-message",
                        "The source's stream holds a message of the unknown kind %s.".formatted(kind),
                        "Report it with the server's version; the run can be resumed with a Godwit that knows it.")
                .asException();
    }

    private static Message commit(ByteBuffer in) {
        in.get();
        return new Message.Commit(lsn(in), lsn(in), in.getLong() + EPOCH_MICROS);
    }

    private static Message relation(ByteBuffer in) {
        var id = in.getInt();
        var schema = text(in);
        var table = TableName.of(schema.isEmpty() ? "pg_catalog" : schema, text(in));
        var identity = (char) in.get();
        var count = in.getShort();
        var columns = new ArrayList<Message.RelationColumn>(count);
        for (var i = 0; i < count; i++) {
            var inKey = (in.get() & 1) != 0;
            columns.add(new Message.RelationColumn(text(in), inKey, in.getInt(), in.getInt()));
        }
        return new Message.Relation(id, table, identity, List.copyOf(columns));
    }

    private static Message insert(ByteBuffer in) {
        var relation = in.getInt();
        expect(in, 'N');
        return new Message.Insert(relation, tuple(in));
    }

    private static Message update(ByteBuffer in) {
        var relation = in.getInt();
        var part = (char) in.get();
        if (part == 'N') {
            return new Message.Update(relation, null, false, tuple(in));
        }
        var old = tuple(in);
        expect(in, 'N');
        return new Message.Update(relation, old, part == 'O', tuple(in));
    }

    private static Message delete(ByteBuffer in) {
        var relation = in.getInt();
        var part = (char) in.get();
        return new Message.Delete(relation, tuple(in), part == 'O');
    }

    private static Message truncate(ByteBuffer in) {
        var count = in.getInt();
        var options = in.get();
        var relations = new ArrayList<Integer>(count);
        for (var i = 0; i < count; i++) {
            relations.add(in.getInt());
        }
        return new Message.Truncate(List.copyOf(relations), (options & 1) != 0, (options & 2) != 0);
    }

    private static Message emitted(ByteBuffer in) {
        var transactional = (in.get() & 1) != 0;
        var position = lsn(in);
        var prefix = text(in);
        var content = new byte[in.getInt()];
        in.get(content);
        return new Message.Emitted(transactional, position, prefix, new String(content, StandardCharsets.UTF_8));
    }

    /** The row's values stay in the message: a copy of a large one would take its size twice. */
    private static Tuple tuple(ByteBuffer in) {
        var count = in.getShort();
        var arrays = new byte[count][];
        var ranges = new int[2 * count];
        for (var i = 0; i < count; i++) {
            var kind = (char) in.get();
            arrays[i] = switch (kind) {
                case 'n' -> Tuple.NULL;
                case 'u' -> Tuple.UNCHANGED;
                case 't', 'b' -> value(in, ranges, 2 * i);
                default -> throw unknown(kind);
            };
        }
        return new Tuple(arrays, ranges);
    }

    /** Notes where a value is in the array that holds the message. */
    private static byte[] value(ByteBuffer in, int[] ranges, int at) {
        var length = in.getInt();
        ranges[at] = in.arrayOffset() + in.position();
        ranges[at + 1] = length;
        in.position(in.position() + length);
        return in.array();
    }

    private static void expect(ByteBuffer in, char wanted) {
        var found = (char) in.get();
        if (found != wanted) {
            throw unknown(found);
        }
    }

    private static Lsn lsn(ByteBuffer in) {
        return new Lsn(in.getLong());
    }

    private static String text(ByteBuffer in) {
        var start = in.position();
        while (in.get() != 0) {
            // The text ends at the zero byte.
        }
        var bytes = new byte[in.position() - start - 1];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
