package godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** A client that writes one note after the other to whichever side takes it, and keeps count of what was committed. */
final class NoteWriter implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> sides;
    private final Set<Long> committed = new ConcurrentSkipListSet<>();
    private final Set<Long> unknown = new ConcurrentSkipListSet<>();
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::write);
    private volatile boolean stopped;
    private int side;
    private @Nullable Connection connection;

    private NoteWriter(String source, String target) {
        this.sides = List.of(source, target);
    }

    static NoteWriter begin(String source, String target) {
        var writer = new NoteWriter(source, target);
        writer.thread.start();
        return writer;
    }

    private void write() {
        for (long id = 1; !stopped; id++) {
            while (!stopped && !wrote(id)) {
                side = 1 - side;
            }
        }
    }

    /** Whether the note is written, or may be. */
    private boolean wrote(long id) {
        var open = connected();
        if (open == null) {
            return false;
        }
        try {
            try (var insert = open.prepareStatement("INSERT INTO notes VALUES (?, 'written')")) {
                insert.setLong(1, id);
                insert.execute();
            }
            committed.add(id);
            return true;
        } catch (SQLException e) {
            disconnect();
            if ("23505".equals(e.getSQLState())) {
                // The connection ended after the commit and before the answer.
                committed.add(id);
                return true;
            }
            if (e.getSQLState() != null && e.getSQLState().startsWith("08")) {
                unknown.add(id);
                return true;
            }
            // Refused, ended before it was done, or there is no such table yet.
            return false;
        }
    }

    private @Nullable Connection connected() {
        try {
            connection = connection == null ? DriverManager.getConnection(sides.get(side)) : connection;
            return connection;
        } catch (SQLException serverStopped) {
            return null;
        }
    }

    private void disconnect() {
        var ended = connection;
        connection = null;
        try {
            if (ended != null) {
                ended.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void awaitMore(int count) {
        var wanted = committed.size() + count;
        await().atMost(PATIENCE).until(() -> committed.size() >= wanted);
    }

    /** Whether a side has just what was committed, and nothing twice. */
    void assertAllIn(String url) throws SQLException {
        var there = new ArrayList<Long>();
        try (var reading = DriverManager.getConnection(url);
                var rows = reading.createStatement().executeQuery("SELECT id FROM notes WHERE id > 0 ORDER BY id")) {
            while (rows.next()) {
                there.add(rows.getLong(1));
            }
        }
        there.removeIf(id -> unknown.contains(id) && !committed.contains(id));
        assertThat(there).containsExactlyElementsOf(committed);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disconnect();
    }
}
