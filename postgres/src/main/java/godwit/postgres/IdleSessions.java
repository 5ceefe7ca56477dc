package godwit.postgres;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Sessions that somebody is done with, kept for the next.
 *
 * <p>One that anything failed on, or that no longer answers, is not handed out again.
 */
final class IdleSessions implements Session.Owner {
    private static final int KEPT_MAX = 3;

    private final Set<Session> open;
    private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();

    /** @param open all sessions that have not ended */
    IdleSessions(Set<Session> open) {
        this.open = open;
    }

    Optional<Session> take() {
        for (var session = idle.poll(); session != null; session = idle.poll()) {
            if (session.answers()) {
                return Optional.of(session);
            }
            session.abort();
        }
        return Optional.empty();
    }

    @Override
    public boolean keeps(Session session) {
        if (!open.contains(session) || idle.size() >= KEPT_MAX || !session.isClean()) {
            return false;
        }
        idle.push(session);
        return true;
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
