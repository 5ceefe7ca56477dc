package godwit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A move of a database as people run it: the launcher, a file, and a worker in a process of its own. */
final class Move implements AutoCloseable {
    private static final long READY_SECONDS_MAX = 1800;

    private final Servers servers;
    private final String database;
    private final Programs programs;
    private final Path file;
    private final Map<String, String> environment;
    private final List<String> start;
    private final Process worker;

    private Move(Servers servers, String database, Programs programs, Path file, Map<String, String> environment) {
        this.servers = servers;
        this.database = database;
        this.programs = programs;
        this.file = file;
        this.environment = environment;
        this.start = List.of(launcher(), "start", file.toString());
        this.worker = programs.start(start, environment);
    }

    /** @param jobs chunks that are copied and indexes that are built at once */
    static Move start(Servers servers, String database, Programs programs, Path folder, int jobs) {
        return start(servers, database, programs, folder, """
                limits:
                  copyWorkers: %d
                  indexWorkers: %d
                """.formatted(jobs, jobs));
    }

    static Move start(Servers servers, String database, Programs programs, Path folder, String settings) {
        try {
            var file = folder.resolve("move.yaml");
            Files.writeString(file, """
                    kind: move
                    name: bench
                    source: env:SOURCE_URL
                    target: env:TARGET_URL
                    """ + settings);
            var environment = Map.of(
                    "SOURCE_URL", servers.source().url(database),
                    "TARGET_URL", servers.target().url(database),
                    "GODWIT_STATE", folder.resolve("state").toString());
            return new Move(servers, database, programs, file, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String launcher() {
        return System.getProperty("godwit.home", ".") + "/godwit";
    }

    /**
     * Waits until both sides are in step. It looks through one connection: a new one for each look would cost the servers
     * as much as a good part of the copy.
     */
    Move awaitReady() {
        var watch = new Stopwatch();
        try (var connection = Servers.connect(servers.target(), database);
                var statement = connection.createStatement()) {
            while (!state(statement).equals("ready")) {
                if (!worker.isAlive()) {
                    programs.await(worker, start);
                }
                if (watch.seconds() > READY_SECONDS_MAX) {
                    throw new IllegalStateException("the move is not ready after %d s".formatted(READY_SECONDS_MAX));
                }
                LockSupport.parkNanos(20_000_000);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    private static String state(Statement statement) throws SQLException {
        return text(statement, "SELECT to_regclass('godwit.run') IS NOT NULL").equals("t")
                ? text(statement, "SELECT phase FROM godwit.run WHERE ended_at IS NULL")
                : "";
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (var result = statement.executeQuery(query)) {
            return result.next() ? String.valueOf(result.getString(1)) : "";
        }
    }

    void verb(String... words) {
        var command = new java.util.ArrayList<String>();
        command.add(launcher());
        command.add(words[0]);
        command.add(file.toString());
        command.addAll(List.of(words).subList(1, words.length));
        programs.run(command, environment);
    }

    /** Ends the run and leaves no trace. */
    @Override
    public void close() {
        verb("rollback");
        programs.await(worker, start);
    }
}
