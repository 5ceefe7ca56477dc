package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.YieldingReads;
import godwit.postgres.verify.SnapshotSessions;
import godwit.schema.Literal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The sessions of one side that see one snapshot, all opened before any reads: the session that exported it, and the slot
 * that it came from, are not needed any more then.
 */
final class Imported implements SnapshotSessions, AutoCloseable {
    private final YieldingReads reads;
    private final List<Session> all = new ArrayList<>();
    private int given;

    private Imported(YieldingReads reads) {
        this.reads = reads;
    }

    /** @param first what each session does before anything else, such as taking a lock; may be empty */
    static Imported open(MoveContext context, Side side, String snapshot, int sessions, List<String> first) {
        var imported = new Imported(context.yieldingReads(side));
        try {
            for (var i = 0; i < sessions; i++) {
                var session = context.open(side, "verify");
                imported.all.add(session);
                imported.reads.add(session);
                session.begin();
                session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
                session.execute("SET TRANSACTION SNAPSHOT " + new Literal(snapshot).sql());
                first.forEach(session::execute);
            }
            return imported;
        } catch (RuntimeException e) {
            imported.close();
            throw e;
        }
    }

    /** A look at something under the snapshot before its sessions are given out. */
    <T> T look(Function<Session, T> at) {
        return at.apply(all.getFirst());
    }

    @Override
    public synchronized Connection open() throws SQLException {
        if (given == all.size()) {
            throw new SQLException("all sessions that see the snapshot are in use", "08003");
        }
        return all.get(given++).connection();
    }

    @Override
    public void close() {
        reads.close();
        all.forEach(Session::abort);
    }
}
