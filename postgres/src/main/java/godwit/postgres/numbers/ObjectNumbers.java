package godwit.postgres.numbers;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.schema.Column;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
 * <p>What was asked is remembered, up to 10,000 objects. For use by several threads.
 */
public final class ObjectNumbers implements AutoCloseable {
    private static final int KNOWN_MAX = 10_000;

    private static final Map<String, String> UNAMBIGUOUS = Map.of("regproc", "regprocedure", "regoper", "regoperator");

    private static final String TYPE_NAME = "SELECT pg_catalog.format_type(?::pg_catalog.int8::pg_catalog.oid, ?)";

    /** @param kind the reg* type */
    private record Numbered(String kind, int number) {}

    private record Typed(int type, int modifier) {}

    private final Database from;
    private final Database to;
    private final Map<Numbered, Integer> known = new ConcurrentHashMap<>();
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
     * The number, on the server that values go to, of an object of the server that they come from.
     *
     * @throws GodwitException object-not-there when it has no object of that name
     */
    int there(String kind, int number) {
        if (number == 0) {
            return 0;
        }
        var object = new Numbered(kind, number);
        var found = known.get(object);
        return found == null ? asked(object) : found;
    }

    private synchronized int asked(Numbered object) {
        var type = "pg_catalog." + new Identifier(UNAMBIGUOUS.getOrDefault(object.kind(), object.kind())).sql();
        var name = named(type, Integer.toUnsignedLong(object.number()));
        var number = (int) numbered(object.kind(), type, name);
        if (known.size() >= KNOWN_MAX) {
            known.clear();
        }
        known.put(object, number);
        return number;
    }

    private String named(String type, long number) {
        try {
            return asked().text("SELECT ?::pg_catalog.int8::pg_catalog.oid::" + type + "::pg_catalog.text", number);
        } catch (GodwitException e) {
            close();
            throw e;
        }
    }

    /**
     * A literal and no parameter, which would be cast from text: only the input function reads the number of an object that
     * is gone. A missing object ends this session's statement only: nothing else is done in it.
     */
    private long numbered(String kind, String type, String name) {
        try {
            return answering()
                    .number("SELECT " + new Literal(name).sql() + "::" + type + "::pg_catalog.oid::pg_catalog.int8");
        } catch (GodwitException e) {
            close();
            if (e.problem().code().equals("database-error")
                    && e.problem().message().matches("(?s).* answered (42|3F).*")) {
                throw Problem.of(
                                "object-not-there",
                                "A value of type %s names %s, which the side that it goes to does not have."
                                        .formatted(kind, name),
                                "Make it there, or leave the table behind.")
                        .withObjects(List.of(name))
                        .asException(e);
            }
            throw e;
        }
    }

    /** A type of the server that values come from, written as in {@link Column#type}; {@code ???} when it is gone. */
    public synchronized String typeName(int type, int modifier) {
        var found = types.get(new Typed(type, modifier));
        if (found != null) {
            return found;
        }
        try {
            var name = asked().text(TYPE_NAME, Integer.toUnsignedLong(type), modifier);
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
            session = from.open("object names");
            asked = session;
        }
        return session;
    }

    private Session answering() {
        var session = answering;
        if (session == null) {
            session = to.open("object names");
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
