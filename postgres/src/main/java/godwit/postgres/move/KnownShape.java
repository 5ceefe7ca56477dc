package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a side looked like at a moment, kept in the ledger.
 *
 * @param key under which it is kept: a run's id, or one made from it
 */
record KnownShape(UUID key) {
    /** The source's, when the move began. */
    static KnownShape ofSource(MoveContext context) {
        return new KnownShape(context.run());
    }

    /** The target's, when it got the writes. */
    static KnownShape ofTarget(MoveContext context) {
        var name = context.run() + " " + Side.TARGET.word();
        return new KnownShape(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }

    Shape read(Session target) {
        return new Shape(target
                .query(
                        "SELECT kind, object, portable, exact FROM godwit.shape WHERE run = ?",
                        row -> new Shape.Described(
                                row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                        key)
                .stream()
                .collect(Collectors.toMap(Shape.Described::key, object -> object)));
    }

    void write(Session target, Shape shape) {
        target.transaction(t -> {
            forget(t);
            for (var object : shape.objects().values()) {
                t.execute(
                        "INSERT INTO godwit.shape (run, kind, object, portable, exact) VALUES (?, ?, ?, ?, ?)",
                        key,
                        object.kind(),
                        object.name(),
                        object.portable(),
                        object.exact());
            }
            return true;
        });
    }

    void forget(Session target) {
        target.execute("DELETE FROM godwit.shape WHERE run = ?", key);
    }
}
