package godwit.postgres.copy;

import godwit.move.Tuple;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes apart the one row that a COPY TO gave (PostgreSQL manual, COPY, file formats). */
final class CopiedRow {
    private static final int SIGNATURE_BYTES = 11;

    private CopiedRow() {}

    static Optional<Tuple> ofBinary(byte[] copied) {
        var in = ByteBuffer.wrap(copied);
        in.position(SIGNATURE_BYTES + 4);
        in.position(in.getInt() + in.position());
        var count = in.getShort();
        if (count < 0) {
            return Optional.empty();
        }
        var arrays = new byte[count][];
        var ranges = new int[2 * count];
        for (var i = 0; i < count; i++) {
            var length = in.getInt();
            arrays[i] = length < 0 ? Tuple.NULL : copied;
            ranges[2 * i] = length < 0 ? 0 : in.position();
            ranges[2 * i + 1] = Math.max(0, length);
            in.position(in.position() + Math.max(0, length));
        }
        return Optional.of(new Tuple(arrays, ranges));
    }

    static Optional<Tuple> ofText(byte[] copied) {
        if (copied.length == 0) {
            return Optional.empty();
        }
        var values = new ArrayList<byte[]>();
        var value = new ByteArrayOutputStream();
        var isNull = false;
        for (var i = 0; i < copied.length; i++) {
            var b = (char) copied[i];
            if (b == '\t' || b == '\n') {
                end(values, value, isNull);
                isNull = false;
            } else if (b == '\\') {
                i++;
                isNull = copied[i] == 'N';
                value.write(escaped((char) copied[i]));
            } else {
                value.write(copied[i]);
            }
        }
        return Optional.of(new Tuple(values.toArray(byte[][]::new)));
    }

    private static void end(List<byte[]> values, ByteArrayOutputStream value, boolean isNull) {
        values.add(isNull ? Tuple.NULL : value.toByteArray());
        value.reset();
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> (char) 11;
            default -> c;
        };
    }
}
