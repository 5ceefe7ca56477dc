package godwit.postgres.numbers;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.schema.Column;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.Table;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Which object of one server is which of another, by its name.
 *
 * <p>A value of a reg* type is the number of an object of its server, and so it travels in binary form (PostgreSQL
 * manual, 8.19). The name that the type's output function writes under an empty search path is asked of the one server
 * and read by the input function on the other; functions and operators by their signature, since several may share a
 * name. The numbers of types that head arrays and rows need no such thing: servers from version 14 on pay no heed to them
 * unless both are their own (array_recv, record_recv).
 *
 * <p>What was found is remembered, up to 10,000 objects; what was not, for some seconds. For use by several threads.
 */
public final class ObjectNumbers implements AutoCloseable {
    /** The code of a Problem that says: a transaction has not ended, or cannot be seen to have. */
    public static final String NOT_VISIBLE = "commit-not-visible";

    /** Set in numbers that name nothing, so that they are no object's: a server gives this bit after 2^31 objects. */
    private static final int UNNAMED = 0x8000_0000;

    private static final int KNOWN_MAX = 10_000;
    private static final int VISIBLE_LOOKS_MAX = 20;
    /** What format_type says of a number that no type has. */
    private static final String GONE = "???";

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
    private static final Duration UNNAMED_BELIEVED = Duration.ofSeconds(10);

    private static final Map<String, String> UNAMBIGUOUS = Map.of("regproc", "regprocedure", "regoper", "regoperator");

    private static final String TYPE_NAME = "SELECT pg_catalog.format_type(?::pg_catalog.int8::pg_catalog.oid, ?)";

    private static final String VISIBLE = """
            SELECT pg_catalog.pg_visible_in_snapshot(?::pg_catalog.xid8, pg_catalog.pg_current_snapshot())""";

    /** @param kind the reg* type */
    private record Numbered(String kind, int number) {}

    private record Typed(int type, int modifier) {}

    private final Database from;
    private final Database to;
    private final Map<Numbered, Integer> known = new ConcurrentHashMap<>();
    private final Map<Numbered, Integer> unnamed = new ConcurrentHashMap<>();
    private long unnamedSince = System.nanoTime();
    private final Map<Typed, String> types = new HashMap<>();
    private volatile @Nullable Session asked;
    private volatile @Nullable Session answering;

    /**
     * @param from where values come from
     * @param to where they go
     */
    public ObjectNumbers(Database from, Database to) {
        this.from = from;
        this.to = to;
    }

    /** The columns of a table whose values hold numbers of objects; asks the server only for tables that have some. */
    public synchronized NumberedColumns columnsOf(Table table) {
        var columns = table.stored();
        if (columns.stream().noneMatch(Column::numbered)) {
            return NumberedColumns.NONE;
        }
        var shapes = new ShapeReader(asked());
        var found = new TreeMap<Integer, Shape>();
        for (var i = 0; i < columns.size(); i++) {
            if (columns.get(i).numbered()) {
                found.put(i, shapes.of(table.name(), columns.get(i).name()));
            }
        }
        return new NumberedColumns(found, this);
    }

    /**
     * The number, on the server that values go to, of an object of the server that they come from. What has no object of
     * that name there gets a number that names nothing there: its own, with {@link #UNNAMED} set where the other server
     * lacks the object or has given its number to another. On the way back the mark is taken off again, so that the value
     * names what it named.
     */
    int there(String kind, int number, NumberedColumns.Writer writer) {
        if (number == 0) {
            return 0;
        }
        var object = new Numbered(kind, number);
        var found = known.get(object);
        return found == null ? asked(object, writer) : found;
    }

    private synchronized int asked(Numbered object, NumberedColumns.Writer writer) {
        var before = unnamedBefore(object);
        if (before != null) {
            return before;
        }
        var type = "pg_catalog." + new Identifier(UNAMBIGUOUS.getOrDefault(object.kind(), object.kind())).sql();
        var name = name(asked(), type, object.number());
        if (isNumber(name)) {
            // The object may be one of a transaction whose end this server does not show yet.
            writer.requireEnded();
            name = name(asked(), type, object.number());
        }
        if (isNumber(name)) {
            return remember(unnamed, object, withoutObject(type, object.number()));
        }
        var there = numbered(answering(), type, name);
        return there.isPresent()
                ? remember(known, object, (int) there.getAsLong())
                : remember(unnamed, object, object.number() | UNNAMED);
    }

    /** Objects may still be made there, and numbers be given anew: what was not found is not believed for long. */
    private @Nullable Integer unnamedBefore(Numbered object) {
        if (System.nanoTime() - unnamedSince > UNNAMED_BELIEVED.toNanos()) {
            unnamed.clear();
            unnamedSince = System.nanoTime();
        }
        return unnamed.get(object);
    }

    private static int remember(Map<Numbered, Integer> where, Numbered object, int number) {
        if (where.size() >= KNOWN_MAX) {
            where.clear();
        }
        where.put(object, number);
        return number;
    }

    /** For a number that names nothing where it comes from. */
    private int withoutObject(String type, int number) {
        var plain = number & ~UNNAMED;
        if (plain != number) {
            var name = name(answering(), type, plain);
            if (!isNumber(name) && numbered(asked(), type, name).isEmpty()) {
                return plain;
            }
        }
        return isNumber(name(answering(), type, number)) ? number : number | UNNAMED;
    }

    private static boolean isNumber(String name) {
        return name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private String name(Session session, String type, int number) {
        try {
            return session.text(
                    "SELECT ?::pg_catalog.int8::pg_catalog.oid::" + type + "::pg_catalog.text",
                    Integer.toUnsignedLong(number));
        } catch (GodwitException e) {
            close();
            throw e;
        }
    }

    /** A literal and no parameter, which would be cast from text. Empty when the server has no object of that name. */
    private OptionalLong numbered(Session session, String type, String name) {
        try {
            return OptionalLong.of(session.number(
                    "SELECT " + new Literal(name).sql() + "::" + type + "::pg_catalog.oid::pg_catalog.int8"));
        } catch (GodwitException e) {
            if (e.getCause() instanceof SQLException cause && isAbsence(String.valueOf(cause.getSQLState()))) {
                return OptionalLong.empty();
            }
            close();
            throw e;
        }
    }

    private static boolean isAbsence(String state) {
        return (state.startsWith("42") && !state.equals("42501")) || state.startsWith("3F");
    }

    /**
     * Throws unless a transaction of the server that values come from has ended, and what it did is seen there; waits a
     * moment for that, since a commit is in the log a little earlier.
     *
     * @param xid its whole number
     * @throws GodwitException commit-not-visible, to be tried again
     */
    public synchronized void requireEnded(long xid) {
        for (var look = 0; look < VISIBLE_LOOKS_MAX; look++) {
            if (asked().is(VISIBLE, Long.toString(xid))) {
                return;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        throw new GodwitException(
                Problem.of(
                        NOT_VISIBLE,
                        "A transaction names an object that is not visible yet.",
                        "It is read again when it has ended."),
                Retry.LATER,
                new IllegalStateException("not visible"));
    }

    /**
     * A type of the server that values come from, written as in {@link Column#type}; {@code ???} when it is gone. One that was
     * made just now may be in the log before it is seen there, which is waited for.
     */
    public synchronized String typeName(int type, int modifier) {
        var found = types.get(new Typed(type, modifier));
        if (found != null) {
            return found;
        }
        try {
            var name = asked().text(TYPE_NAME, Integer.toUnsignedLong(type), modifier);
            for (var look = 1; look < VISIBLE_LOOKS_MAX && name.equals(GONE); look++) {
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
                name = asked().text(TYPE_NAME, Integer.toUnsignedLong(type), modifier);
            }
            if (types.size() >= KNOWN_MAX) {
                types.clear();
            }
            types.put(new Typed(type, modifier), name);
            return name;
        } catch (GodwitException e) {
            close();
            throw e;
        }
    }

    private Session asked() {
        var session = asked;
        if (session == null) {
            session = from.openBriefly("object names");
            asked = session;
        }
        return session;
    }

    private Session answering() {
        var session = answering;
        if (session == null) {
            session = to.openBriefly("object names");
            answering = session;
        }
        return session;
    }

    /** Ends its sessions; they are opened anew when it is asked again. */
    @Override
    public void close() {
        // Without this object's lock: somebody may be waiting for an answer in it.
        if (asked instanceof Session session) {
            asked = null;
            session.abort();
        }
        if (answering instanceof Session session) {
            answering = null;
            session.abort();
        }
    }
}
