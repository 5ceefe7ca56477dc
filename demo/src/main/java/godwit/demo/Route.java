package godwit.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One client's connection to the side that takes the writes; made anew when that side changes. */
final class Route implements AutoCloseable {
    private final Supplier<String> side;
    private final String name;
    private String connectedTo = "";
    private @Nullable Connection connection;

    Route(Supplier<String> side, String name) {
        this.side = side;
        this.name = name;
    }

    Connection connection() throws SQLException {
        var wanted = side.get();
        var current = connection;
        if (current != null && wanted.equals(connectedTo) && !current.isClosed()) {
            return current;
        }
        close();
        var properties = new Properties();
        properties.setProperty("ApplicationName", name);
        properties.setProperty("loginTimeout", "10");
        var made = DriverManager.getConnection(wanted, properties);
        made.setAutoCommit(false);
        connection = made;
        connectedTo = wanted;
        return made;
    }

    /** Ends a transaction that failed; a connection that cannot do so is dropped. */
    void rollBack() {
        var current = connection;
        if (current == null) {
            return;
        }
        try {
            current.rollback();
        } catch (SQLException broken) {
            close();
        }
    }

    @Override
    public void close() {
        var current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException broken) {
                // What cannot be closed is lost already; the next transaction connects anew.
            }
        }
    }
}
