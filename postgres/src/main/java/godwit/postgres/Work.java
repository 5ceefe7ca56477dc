package godwit.postgres;

import java.sql.SQLException;

/** A piece of work on a session. */
@FunctionalInterface
public interface Work<T> {
    T run(Session session) throws SQLException;
}
