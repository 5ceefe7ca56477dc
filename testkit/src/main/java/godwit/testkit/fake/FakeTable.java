package godwit.testkit.fake;

import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.TableChanges;
import godwit.move.Tuple;
import godwit.schema.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A table of a fake database. Its columns are an id, a unique value, and a body that is stored out of line. */
public enum FakeTable {
    /** Its id is a key, and its value is unique too. */
    PERSONS(true),
    /** Any row may be there many times, and its replica identity is FULL. */
    NOTES(false);

    public static final List<FakeTable> ALL = List.of(values());

    public static final int ID = 0;
    public static final int UNIQUE = 1;
    public static final int BODY = 2;
    static final int[] KEY = {ID};
    static final int PLACES = 4;

    private final boolean keyed;

    FakeTable(boolean keyed) {
        this.keyed = keyed;
    }

    public TableName tableName() {
        return TableName.of("app", name().toLowerCase(Locale.ROOT));
    }

    boolean keyed() {
        return keyed;
    }

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
