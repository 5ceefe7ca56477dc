package godwit.cli.demo;

import godwit.cli.live.Operator;
import godwit.cli.log.StateFolder;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.file.MoveFile;
import godwit.postgres.move.MoveAccess;
import godwit.traffic.Writes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** What the demonstration runs on: two servers, and a folder with a move file, its hook, and what the hook wrote. */
final class Stage implements Scene {
    static final int SOURCE_MAJOR = 15;
    static final int TARGET_MAJOR = 17;
    /** How long the writers may wait at a switch; a longer wait is a broken promise. */
    static final int PAUSE_MILLIS_MAX = 1000;

    private static final String DATABASE = "cases";
    private static final String FILE = """
            kind: move
            name: demo
            source: env:DEMO_SOURCE_URL
            target: env:DEMO_TARGET_URL
            switch:
              hook: [sh, ./route.sh]
              fenceSecondsMax: 5
              pauseMillisMax: %d
            """.formatted(PAUSE_MILLIS_MAX);
    /** Renamed into place, so that nobody reads half a word. */
    private static final String HOOK = """
            # Godwit calls this when writes move; the clients read the file before each transaction.
            echo "$GODWIT_WRITES" >writes.new && mv writes.new writes
            """;

    private final Path folder;
    private final EmbeddedPostgres source;
    private final EmbeddedPostgres target;
    private volatile Writes last = Writes.SOURCE;

    private Stage(Path folder, EmbeddedPostgres source, EmbeddedPostgres target) {
        this.folder = folder;
        this.source = source;
        this.target = target;
    }

    static Stage build() throws IOException, SQLException {
        var source = EmbeddedPostgres.start(EmbeddedSettings.of(SOURCE_MAJOR));
        var target = EmbeddedPostgres.start(EmbeddedSettings.of(TARGET_MAJOR));
        for (var server : List.of(source, target)) {
            try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                    var statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE cases");
            }
        }
        var folder = Files.createTempDirectory("godwit-demo-");
        Files.writeString(folder.resolve("demo.yaml"), FILE);
        Files.writeString(folder.resolve("route.sh"), HOOK);
        Files.writeString(folder.resolve("writes"), "source\n");
        return new Stage(folder, source, target);
    }

    Path file() {
        return folder.resolve("demo.yaml");
    }

    /** The addresses as Godwit's environment has them. */
    Map<String, String> environment() {
        return Map.of("DEMO_SOURCE_URL", source.url(DATABASE), "DEMO_TARGET_URL", target.url(DATABASE));
    }

    Operator operator() {
        return new Operator(
                "demo",
                StateFolder.of(Map.of("GODWIT_STATE", folder.resolve("state").toString())));
    }

    MoveAccess access() {
        return new MoveAccess(MoveFile.parse(MoveFile.text(file())), folder, environment());
    }

    Connection openSource() throws SQLException {
        return DriverManager.getConnection(source.jdbcUrl(DATABASE));
    }

    Connection openTarget() throws SQLException {
        return DriverManager.getConnection(target.jdbcUrl(DATABASE));
    }

    /** The side that the hook named last. */
    Writes writingSide() {
        try {
            var word = Files.readString(folder.resolve("writes")).strip();
            last = word.equals(Writes.TARGET.word()) ? Writes.TARGET : Writes.SOURCE;
        } catch (IOException gone) {
            // The folder goes when the process is ended from outside, while the clients are still there.
        }
        return last;
    }

    /** The JDBC address of the side that the hook named last. */
    String writingUrl() {
        return (writingSide() == Writes.TARGET ? target : source).jdbcUrl(DATABASE);
    }

    @Override
    public void leaveRunning() {
        source.leaveRunning();
        target.leaveRunning();
    }

    @Override
    public List<String> addresses() {
        var data = List.of(source, target).stream()
                .map(server -> "$(head -n 1 " + server.folder().resolve("data/postmaster.pid") + ")")
                .toList();
        return List.of(
                "source   psql " + source.url(DATABASE),
                "target   psql " + target.url(DATABASE),
                "to end   kill " + String.join(" ", data),
                "then     rm -r " + source.folder() + " " + target.folder() + " " + folder);
    }

    @Override
    public void removeFolder() {
        try {
            for (var name : List.of("demo.yaml", "route.sh", "writes.new", "writes")) {
                Files.deleteIfExists(folder.resolve(name));
            }
            operator().state().remove();
            Files.deleteIfExists(folder);
        } catch (NoSuchFileException gone) {
            // Somebody else removed it.
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        source.close();
        target.close();
        removeFolder();
    }
}
