package godwit.postgres;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Predicate;

/**
 * Connections that somebody is done with, kept for the next: a server starts a process for each that is opened, which knows
 * nothing of the catalog yet.
 *
 * <p>One that anything failed on is not handed out again.
 */
final class IdleSessions implements Session.Owner {
    private static final int KEPT_MAX = 3;

    private final Set<Session> open;
    private final Predicate<Session> laidDown;
    private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * @param open all sessions that have not ended
     * @param laidDown what is done with one before it is kept; whether that worked
     */
    IdleSessions(Set<Session> open, Predicate<Session> laidDown) {
        this.open = open;
        this.laidDown = laidDown;
    }

    /**
     * One that is kept.
     *
     * @param takenUp what is done with it first; whether the server answered
     */
    Optional<Session> take(Predicate<Session> takenUp) {
        for (var session = idle.poll(); session != null; session = idle.poll()) {
            if (takenUp.test(session)) {
                return Optional.of(session);
            }
            session.abort();
        }
        return Optional.empty();
    }

    /** Ends those that are kept, and keeps no more. */
    void close() {
        closed = true;
        end();
    }

    private void end() {
        for (var session = idle.poll(); session != null; session = idle.poll()) {
            session.abort();
        }
    }

    @Override
    public boolean keeps(Session session) {
        if (closed
                || !session.isClean()
                || idle.size() >= KEPT_MAX
                || !laidDown.test(session)
                || !open.contains(session)) {
            return false;
        }
        try {
            var next = session.passOn();
            next.ifPresent(open::add);
            open.remove(session);
            next.ifPresent(idle::push);
            if (closed) {
                end();
            }
            return next.isPresent();
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    @Override
    public void ended(Session session) {
        open.remove(session);
    }

    /** Keeps nothing. */
    record None(Set<Session> open) implements Session.Owner {
        @Override
        public boolean keeps(Session session) {
            return false;
        }

        @Override
        public void ended(Session session) {
            open.remove(session);
        }
    }
}
