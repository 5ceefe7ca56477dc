package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.TargetForm;
import godwit.postgres.gate.Gate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a run made in the target's catalog, each object together with its ledger row in one transaction, so that a
 * resume makes nothing twice and a rollback takes away just this.
 */
final class Made {
    /**
     * A worker of an older Godwit wrote statements that take along what depends on their object, whose ever it is. What others
     * need in a circle cannot go without, nor what belongs to an index of a partition tree.
     */
    private static final String TAKE_NOTHING_ALONG = """
            UPDATE godwit.made m SET undo = regexp_replace(undo, ' CASCADE(;|$)', '\\1', 'g')
            WHERE run = ? AND undo ~ ' CASCADE(;|$)' AND undo !~ '^DO ' AND kind <> 'index attachment'
              AND NOT EXISTS (SELECT FROM godwit.made e WHERE e.run = m.run
                              AND e.kind = 'empty ' || m.kind AND e.identity = m.identity)""";

    private final UUID run;
    private final Gate gate;

    Made(UUID run) {
        this.run = run;
        this.gate = new Gate(run, Side.TARGET);
    }

    /** Which of these objects and their parts are made, by {@link #key}. A move of thousands of tables asks for each. */
    Set<String> among(Session target, List<SchemaObject> objects) {
        var named = Stream.concat(objects.stream(), objects.stream().flatMap(object -> object.parts().stream()))
                .toList();
        return new HashSet<>(target.query(
                "SELECT kind || ' ' || identity FROM godwit.made WHERE run = ? AND kind = ANY (?) AND identity = ANY (?)",
                row -> row.getString(1),
                run,
                named.stream().map(SchemaObject::kind).distinct().toArray(String[]::new),
                named.stream().map(SchemaObject::identity).distinct().toArray(String[]::new)));
    }

    static String key(SchemaObject object) {
        return object.kind() + " " + object.identity();
    }

    /**
     * What is there already and stays as it is gets no row: it was not made, and a rollback must not take it away. A table
     * that is made has its gate from the first moment at which anybody sees it.
     */
    void make(Session target, SchemaObject object) {
        target.transaction(t -> {
            var form = new TargetForm(t.connection()).of(object);
            if (form.isEmpty()) {
                return 0L;
            }
            form.get().create().forEach(t::execute);
            if (isTable(object)) {
                gate.guardInside(t, object.table().orElseThrow());
            }
            return t.execute(
                    "INSERT INTO godwit.made (run, kind, identity, undo) VALUES (?, ?, ?, ?)",
                    run,
                    object.kind(),
                    object.identity(),
                    form.get().drop());
        });
    }

    private static boolean isTable(SchemaObject object) {
        return object.kind().equals("table");
    }

    /**
     * Takes everything away again, the newest first, and nothing else.
     *
     * @throws godwit.GodwitException others-depend, with what was newer taken away
     */
    void undo(Session target) {
        target.execute(TAKE_NOTHING_ALONG, run);
        List<Undo> all = target.query(
                "SELECT number, kind, identity, undo FROM godwit.made WHERE run = ? ORDER BY number DESC",
                row -> new Undo(row.getLong(1), row.getString(2), row.getString(3), row.getString(4)),
                run);
        var dependents = new Dependents(run);
        for (var one : all) {
            try {
                target.transaction(t -> undo(t, one, dependents));
            } catch (GodwitException e) {
                throw dependents.named(target, one.kind() + " " + one.identity(), e);
            }
        }
    }

    private long undo(Session session, Undo one, Dependents dependents) {
        if (one.kind().equals("table")) {
            dependents.requireNoPartitions(session, one.identity());
        }
        if (!one.sql().isBlank()) {
            session.execute(one.sql());
        }
        return session.execute("DELETE FROM godwit.made WHERE run = ? AND number = ?", run, one.number());
    }

    private record Undo(long number, String kind, String identity, String sql) {}
}
