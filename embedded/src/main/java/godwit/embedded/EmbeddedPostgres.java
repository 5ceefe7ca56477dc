package godwit.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A real PostgreSQL server on loopback that belongs to this process: everybody on this machine is its superuser
 * {@code postgres}, without a password.
 *
 * <pre>
 *          start          stopImmediately
 *   (none) ─────→ running ───────────────→ stopped
 *                 ↑  │ close ↘      close ↙   │
 *                 │  │        closed          │
 *                 └──┴── restart ─────────────┘
 * </pre>
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private enum State {
        RUNNING,
        STOPPED,
        CLOSED
    }

    private final Path folder;
    private final Path data;
    private final boolean temporary;
    private final int port;
    private final Command command;
    private final Thread lastResort = new Thread(this::shutDown, "embedded-postgres-stop");
    private State state = State.STOPPED;

    private EmbeddedPostgres(EmbeddedSettings settings, Command command) throws IOException {
        this.temporary = settings.keptFolder().isEmpty();
        this.folder = temporary
                ? Files.createTempDirectory("godwit-postgres-")
                : settings.keptFolder().get();
        this.data = folder.resolve("data");
        this.port = freePort();
        this.command = command;
    }

    /**
     * Starts a server and returns when it takes connections.
     *
     * @throws godwit.GodwitException with code {@code embedded-version-missing} or {@code embedded-server-failed}
     */
    public static EmbeddedPostgres start(EmbeddedSettings settings) {
        var command = new Command(Binaries.ofThisBuild().unpacked(settings.major()));
        try {
            var server = new EmbeddedPostgres(settings, command);
            Runtime.getRuntime().addShutdownHook(server.lastResort);
            server.prepare(settings);
            server.launch();
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public int port() {
        return port;
    }

    /** The folder of its data and its log. */
    public Path folder() {
        return folder;
    }

    /** The address of a database as Godwit's files and PostgreSQL's own programs take it. */
    public String url(String database) {
        return "postgresql://postgres@127.0.0.1:%d/%s".formatted(port, database);
    }

    /** The address of a database as JDBC takes it. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=postgres".formatted(port, database);
    }

    /** Stops as a crash does: nothing is flushed or said to clients, and the next start recovers from the log. */
    public synchronized void stopImmediately() {
        if (state == State.RUNNING) {
            stop("immediate");
        }
    }

    /** Starts again with the same port and data; a server that runs is stopped first, with its clients cut off. */
    public synchronized void restart() {
        if (state == State.CLOSED) {
            throw new IllegalStateException("the server was closed");
        }
        if (state == State.RUNNING) {
            stop("fast");
        }
        launch();
    }

    /** Lets the server and its data outlive this process: people stop it by the pid in its {@code postmaster.pid}. */
    public synchronized void leaveRunning() {
        if (state != State.CLOSED) {
            Runtime.getRuntime().removeShutdownHook(lastResort);
            state = State.CLOSED;
        }
    }

    /** Stops the server, cutting off its clients, and removes its data unless its settings say where they stay. */
    @Override
    public synchronized void close() {
        if (state != State.CLOSED) {
            Runtime.getRuntime().removeShutdownHook(lastResort);
            shutDown();
        }
    }

    private synchronized void shutDown() {
        if (state == State.RUNNING) {
            stop(temporary ? "immediate" : "fast");
        }
        state = State.CLOSED;
        if (temporary) {
            Folders.delete(folder);
        }
    }

    private void prepare(EmbeddedSettings settings) throws IOException {
        Files.createDirectories(folder);
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            Files.createDirectories(data);
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
            var shape = List.of("--locale=C", "--encoding=UTF8", "--no-sync", "--auth=trust", "--username=postgres");
            command.run(folder.resolve("initdb.log"), "initdb", data, shape);
            var main = data.resolve("postgresql.conf");
            Files.writeString(main, Files.readString(main) + "\ninclude 'godwit.conf'\n");
        }
        Files.writeString(data.resolve("godwit.conf"), configuration(settings));
    }

    private String configuration(EmbeddedSettings settings) {
        var lines = new StringBuilder("""
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                timezone = 'UTC'
                port = %d
                """.formatted(port));
        settings.settings()
                .forEach((name, value) -> lines.append("%s = '%s'%n".formatted(name, value.replace("'", "''"))));
        return lines.toString();
    }

    private void launch() {
        var log = folder.resolve("server.log").toString();
        var arguments = List.of("start", "-w", "-t", "60", "-l", log);
        command.run(folder.resolve("start.log"), "pg_ctl", data, arguments);
        state = State.RUNNING;
    }

    private void stop(String mode) {
        var arguments = List.of("stop", "-w", "-t", "60", "-m", mode);
        command.run(folder.resolve("stop.log"), "pg_ctl", data, arguments);
        state = State.STOPPED;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
