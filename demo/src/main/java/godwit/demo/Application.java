package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.random.RandomGenerator;

/** What the clients of a workload do; its database has a table {@code operations (client, number, kind)}. */
interface Application {
    /** Any operation, in the proportions of a working day. */
    Operation next(RandomGenerator random, int client);

    /** Writes down, in the operation's own transaction, that a client did it. */
    void note(Connection connection, int client, int number, Operation operation) throws SQLException;

    /** An operation that the server has acknowledged. */
    default void acknowledged(int client, Operation operation) {}

    /** An operation whose commit was neither acknowledged nor refused: it may have happened or not. */
    default void unsure(int client, Operation operation) {}
}
