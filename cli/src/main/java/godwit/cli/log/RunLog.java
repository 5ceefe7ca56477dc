package godwit.cli.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one run on this machine: lines of JSON in files that take turns, until it is closed.
 *
 * <p>A folder that cannot be written to does not stop a run: then there is no log.
 */
public final class RunLog implements AutoCloseable {
    private static final int FILE_BYTES_MAX = 2 << 20;
    private static final int FILES_MAX = 5;

    /** Held here, because the JDK's logging forgets loggers that nobody holds. */
    private static final Logger GODWIT = Logger.getLogger("godwit");

    private final Path folder;
    private final Optional<FileHandler> handler;

    private RunLog(Path folder, Optional<FileHandler> handler) {
        this.folder = folder;
        this.handler = handler;
    }

    /** From now on what Godwit logs in this process goes into the run's files too. */
    public static RunLog open(StateFolder state, UUID run) {
        var folder = state.ofRun(run);
        try {
            Files.createDirectories(folder);
            // %u: another process that works on the run at the same time has files of its own; %g: their turns.
            var pattern = folder.toString().replace("%", "%%") + "/log-%u.%g.jsonl";
            var handler = new FileHandler(pattern, FILE_BYTES_MAX, FILES_MAX, true);
            handler.setFormatter(new JsonLines());
            handler.setLevel(Level.FINE);
            GODWIT.setLevel(Level.FINE);
            GODWIT.addHandler(handler);
            return new RunLog(folder, Optional.of(handler));
        } catch (IOException e) {
            LoggerFactory.getLogger(RunLog.class).warn("There is no log: {} cannot be written to.", folder);
            return new RunLog(folder, Optional.empty());
        }
    }

    /** Takes the run's files away, because it has ended. */
    public void remove() {
        close();
        StateFolder.delete(folder);
    }

    @Override
    public void close() {
        handler.ifPresent(open -> {
            GODWIT.removeHandler(open);
            open.close();
        });
    }
}
