package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.move.RowKey;
import godwit.postgres.Session;
import godwit.postgres.Together;
import godwit.schema.Column;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares single rows of both sides by their keys, in a few milliseconds for some hundred rows.
 *
 * <p>The keys travel in the form in which the stream brought them; rows are hashed where they are.
 */
public final class TouchedCheck implements AutoCloseable {
    private static final int BYTEA_AS_IS_MAX = 512;

    private final Reader here;
    private final Reader there;

    /** A session of one side, and the tables with the selection of rows that is compared there. */
    public record Of(Session session, List<Table> tables) {}

    /** @param binary the form in which the stream's values travel */
    public TouchedCheck(Of leader, Of follower, boolean binary) {
        this.here = new Reader(leader, binary);
        this.there = new Reader(follower, binary);
    }

    /** Those of the keys under which the sides do not hold the same, as JSON-like text, by table. */
    public record Differing(TableName table, List<RowKey> keys, List<String> names) {}

    /**
     * What was seen.
     *
     * @param locked tables that could not be read, because somebody else had or wanted them alone
     */
    public record Looked(List<Differing> differing, List<TableName> locked) {}

    /**
     * From now on nobody's lock is waited for. Under a fence a TRUNCATE waits with its table's lock in its hands, and whoever
     * waits for that waits until the fence ends by itself.
     */
    public void hurry() {
        here.session.execute("SET lock_timeout = '200ms'");
        there.session.execute("SET lock_timeout = '200ms'");
    }

    /** Looks at both sides as they are at this moment; keys of tables that are not known are passed over. */
    public Looked look(Map<TableName, List<RowKey>> keys) {
        var found = new ArrayList<Differing>();
        var locked = new ArrayList<TableName>();
        keys.forEach((table, some) -> {
            try {
                var unlike = unlike(table, some);
                if (!unlike.isEmpty()) {
                    found.add(new Differing(
                            table, unlike.stream().map(some::get).toList(), here.names(table, some, unlike)));
                }
            } catch (GodwitException e) {
                if (!Session.isLock(e)) {
                    throw e;
                }
                locked.add(table);
            }
        });
        return new Looked(found, locked);
    }

    /** The places of keys under which the sides are unlike. */
    private List<Integer> unlike(TableName table, List<RowKey> some) {
        return Together.both(
                () -> there.hashes(table, some),
                () -> here.hashes(table, some),
                (following, leading) -> unlike(leading, following, some.size()));
    }

    private static List<Integer> unlike(Map<Integer, Seen> leader, Map<Integer, Seen> following, int keys) {
        return IntStream.range(0, keys)
                .filter(i -> !Seen.isAlike(leader.get(i), following.get(i)))
                .boxed()
                .toList();
    }

    @Override
    public void close() {
        here.session.abort();
        there.session.abort();
    }

    /**
     * What stands under a key.
     *
     * @param hash of all columns but those of reg* types
     * @param names the values of these
     * @param numbers the same as numbers, without the bit that marks those that name nothing
     */
    private record Seen(String hash, List<String> names, List<String> numbers) {
        static Seen of(ResultSet row) throws SQLException {
            return new Seen(row.getString(2), texts(row.getArray(3)), texts(row.getArray(4)));
        }

        private static List<String> texts(Array array) throws SQLException {
            return List.of((String[]) array.getArray());
        }

        /** Where one side has only a number, since it lacks the object or nobody has it, the numbers decide. */
        static boolean isAlike(@Nullable Seen here, @Nullable Seen there) {
            if (here == null || there == null) {
                return here == null && there == null;
            }
            return here.hash().equals(there.hash())
                    && here.names().size() == there.names().size()
                    && IntStream.range(0, here.names().size()).allMatch(i -> {
                        var names = List.of(here.names().get(i), there.names().get(i));
                        return names.getFirst().equals(names.getLast())
                                || (here.numbers().get(i).equals(there.numbers().get(i))
                                        && names.stream().anyMatch(Seen::isNumber));
                    });
        }

        private static boolean isNumber(String name) {
            return !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }

    /** One side's rows. */
    private static final class Reader {
        private final Session session;
        private final boolean binary;
        private final Map<TableName, Table> tables;
        private final Map<TableName, KeyStage> stages = new HashMap<>();

        Reader(Of side, boolean binary) {
            this.session = side.session();
            this.binary = binary;
            this.tables = side.tables().stream().collect(Collectors.toMap(Table::name, table -> table));
            session.execute("SET enable_seqscan = off; SET enable_mergejoin = off; SET enable_hashjoin = off");
        }

        private KeyStage stage(TableName name) {
            return stages.computeIfAbsent(name, n -> {
                var table = Objects.requireNonNull(tables.get(n));
                var stage = new KeyStage(table, stages.size(), ColumnTypes.read(session, table));
                session.execute(stage.create());
                return stage;
            });
        }

        /** The hash of each row that is there, by its key's place in the list. */
        Map<Integer, Seen> hashes(TableName table, List<RowKey> keys) {
            var stage = stage(table);
            return staged(stage, keys, () -> {
                var hashes = new HashMap<Integer, Seen>();
                session.query(stage.hashes(), row -> hashes.put(row.getInt(1), Seen.of(row)));
                return hashes;
            });
        }

        List<String> names(TableName table, List<RowKey> keys, List<Integer> wanted) {
            var stage = stage(table);
            return staged(
                    stage,
                    wanted.stream().map(keys::get).toList(),
                    () -> session.query(stage.names(), row -> row.getString(1)));
        }

        private interface Look<T> {
            T now();
        }

        private <T> T staged(KeyStage stage, List<RowKey> keys, Look<T> look) {
            session.begin();
            try {
                stageAll(stage, keys);
                var found = look.now();
                session.rollback();
                return found;
            } catch (GodwitException e) {
                if (Session.isLock(e)) {
                    session.rollback();
                }
                throw e;
            }
        }

        private void stageAll(KeyStage stage, List<RowKey> keys) {
            try (var rows = new CopyRows(session, stage.name(), binary)) {
                for (var i = 0; i < keys.size(); i++) {
                    rows.beginRow(keys.get(i).width() + 1);
                    for (var column = 0; column < keys.get(i).width(); column++) {
                        rows.value(keys.get(i).value(column));
                    }
                    rows.whole(i);
                    rows.endRow();
                }
                rows.finish();
            }
        }
    }

    /** The temporary table of one table's keys, and what is asked by it. */
    private record KeyStage(Table table, int number, ColumnTypes types) {
        String name() {
            return "pg_temp.godwit_touched" + number;
        }

        String create() {
            return "CREATE TEMPORARY TABLE " + name() + " AS SELECT "
                    + keys(i -> types.staged(place(i), column(i)) + " AS c" + i)
                    + ", 0 AS n FROM ONLY " + table.name().sql() + " t WITH NO DATA";
        }

        String hashes() {
            var values = table.columns().stream()
                    .filter(column -> !isNumber(column))
                    .map(KeyStage::value)
                    .collect(Collectors.joining(", "));
            return "SELECT k.n, count(*) || ' ' || sum(('x' || left(md5(convert_to(ROW(" + values
                    + ")::text, 'UTF8')), 16))::bit(64)::bigint), "
                    + texts("concat(%s)") + ", " + texts("concat(%s::oid::int8 & 2147483647)") + " FROM " + name()
                    + " k JOIN "
                    + table.selection().from(table.name()) + " t ON " + matches() + " GROUP BY k.n";
        }

        String names() {
            return "SELECT " + keys(i -> "concat(c" + i + ")").replace(", ", " || ', ' || ") + " FROM " + name()
                    + " ORDER BY n LIMIT 100";
        }

        private static boolean isNumber(Column column) {
            return column.numbered() && column.type().matches("reg[a-z]+");
        }

        /** The key is one row's, so the array is that of its values. */
        private String texts(String form) {
            var texts = table.columns().stream()
                    .filter(KeyStage::isNumber)
                    .map(column ->
                            "min(" + form.replace("%s", "t." + column.name().sql()) + ")")
                    .collect(Collectors.joining(", "));
            return "ARRAY[" + texts + "]::text[]";
        }

        private String matches() {
            return IntStream.range(0, table.key().size())
                    .mapToObj(i -> column(i) + " " + types.keyOperators().get(i) + " k.c" + i)
                    .collect(Collectors.joining(" AND "));
        }

        private int place(int key) {
            return table.stored().stream()
                    .map(Column::name)
                    .toList()
                    .indexOf(table.key().get(key));
        }

        private String column(int key) {
            return "t." + table.key().get(key).sql();
        }

        private interface Part {
            String of(int key);
        }

        private String keys(Part part) {
            return IntStream.range(0, table.key().size()).mapToObj(part::of).collect(Collectors.joining(", "));
        }

        /** A long bytea goes in as its digest: the text of a row holds a gigabyte at most. */
        private static String value(Column column) {
            var name = "t." + column.name().sql();
            return column.type().equals("bytea")
                    ? "CASE WHEN octet_length(%s) <= %d THEN %s ELSE sha256(%s) END"
                            .formatted(name, BYTEA_AS_IS_MAX, name, name)
                    : name;
        }
    }
}
