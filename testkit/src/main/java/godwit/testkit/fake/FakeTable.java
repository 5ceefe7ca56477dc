package godwit.testkit.fake;

import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.TableChanges;
import godwit.move.Tuple;
import godwit.schema.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A table of a fake database. Its columns are an id, a unique value, and a body that is stored out of line.
 *
 * @param keyed whether the id is a key; if not, any row may be there many times and its replica identity is FULL
 */
public record FakeTable(TableName name, boolean keyed) {
    public static final FakeTable PERSONS = new FakeTable(TableName.of("app", "persons"), true);
    public static final FakeTable NOTES = new FakeTable(TableName.of("app", "notes"), false);
    public static final List<FakeTable> ALL = List.of(PERSONS, NOTES);

    public static final int ID = 0;
    public static final int UNIQUE = 1;
    public static final int BODY = 2;
    static final int[] KEY = {ID};
    static final int PLACES = 4;

    public static Tuple row(int id, int unique, int body) {
        return new Tuple(new byte[][] {bytes(id), bytes(unique), bytes(body)});
    }

    static byte[] bytes(int value) {
        return Integer.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    public static int number(Tuple row, int column) {
        return Integer.parseInt(new String(row.value(column), StandardCharsets.US_ASCII));
    }

    TableChanges emptyChanges() {
        return keyed ? new KeyedChanges(KEY) : new KeylessChanges();
    }
}
