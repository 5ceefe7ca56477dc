package godwit.postgres.numbers;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Reads from a server's catalog how the binary forms of its types are made: by which function they are sent. */
final class ShapeReader {
    private static final String COLUMN = """
            SELECT a.atttypid::pg_catalog.int8 FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = ?::pg_catalog.regclass AND a.attname = ?""";

    private static final String TYPE = """
            SELECT t.typname, t.typsend::pg_catalog.oid::pg_catalog.regproc::pg_catalog.text AS send, t.typtype = 'd' AS domain,
                   t.oid < 16384 AND t.typname ~ '^reg' AND t.typlen = 4 AS number,
                   t.typbasetype::pg_catalog.int8 AS base, t.typelem::pg_catalog.int8 AS item,
                   (SELECT r.rngsubtype::pg_catalog.int8 FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid) AS bound,
                   (SELECT r.rngtypid::pg_catalog.int8 FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid) AS span
            FROM pg_catalog.pg_type t WHERE t.oid = ?::pg_catalog.int8::pg_catalog.oid""";

    private static final String FIELDS = """
            SELECT f.atttypid::pg_catalog.int8 FROM pg_catalog.pg_attribute f
            JOIN pg_catalog.pg_type t ON t.typrelid = f.attrelid
            WHERE t.oid = ?::pg_catalog.int8::pg_catalog.oid AND f.attnum > 0 AND NOT f.attisdropped
            ORDER BY f.attnum""";

    private final Session session;

    ShapeReader(Session session) {
        this.session = session;
    }

    /** The shape of a column's values. @throws godwit.GodwitException source-schema-changed when it is gone */
    Shape of(TableName table, Identifier column) {
        return session.first(COLUMN, row -> row.getLong(1), table.sql(), column.name())
                .map(this::of)
                .orElseThrow(() -> Problem.of(
                                "source-schema-changed",
                                "%s has no column %s any more.".formatted(table, column.name()),
                                "Undo the change or roll the run back and start it again.")
                        .withObjects(List.of(table.plain()))
                        .asException());
    }

    private Shape of(long type) {
        return session.first(TYPE, Type::read, type)
                .map(found -> of(type, found))
                .orElseGet(Shape.Plain::new);
    }

    private record Type(
            String name, String send, boolean domain, boolean number, long base, long item, long bound, long span) {
        static Type read(ResultSet row) throws SQLException {
            return new Type(
                    row.getString(1),
                    row.getString(2),
                    row.getBoolean(3),
                    row.getBoolean(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7),
                    row.getLong(8));
        }
    }

    private Shape of(long oid, Type type) {
        if (type.domain()) {
            return of(type.base());
        }
        if (type.number()) {
            return new Shape.ObjectNumber(type.name());
        }
        return switch (type.send()) {
            case "pg_catalog.array_send", "array_send" -> new Shape.Items(of(type.item()));
            case "pg_catalog.record_send", "record_send" -> new Shape.Fields(fields(oid));
            case "pg_catalog.range_send", "range_send" -> new Shape.Span(of(type.bound()));
            case "pg_catalog.multirange_send", "multirange_send" -> new Shape.Spans(new Shape.Span(of(bound(type))));
            default -> new Shape.Plain();
        };
    }

    private long bound(Type multirange) {
        return session.first(TYPE, Type::read, multirange.span())
                .map(Type::bound)
                .orElse(0L);
    }

    private List<Shape> fields(long type) {
        return session.query(FIELDS, row -> row.getLong(1), type).stream()
                .map(this::of)
                .toList();
    }
}
