package godwit.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.file.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RunLogTest {
    private static final long BYTES_MAX = 12L << 20;

    @TempDir
    private Path folder;

    @Test
    void howeverMuchIsLoggedTheFilesStayFewAndSmallAndGoWithTheRun() throws IOException {
        var state = new StateFolder(folder, "test");
        var run = UUID.randomUUID();
        var logger = LoggerFactory.getLogger("godwit.test");
        var log = RunLog.open(state, run);
        var text = "x".repeat(10_000);
        for (var entry = 0; entry < 3_000; entry++) {
            logger.info("entry {} {}", entry, text);
        }
        log.close();

        assertThat(size(state.ofRun(run))).isBetween(BYTES_MAX / 2, BYTES_MAX);
        try (var files = Files.list(state.ofRun(run))) {
            assertThat(files)
                    .hasSizeLessThanOrEqualTo(5)
                    .allSatisfy(file -> assertThat(Files.readAllLines(file))
                            .allSatisfy(line -> assertThat(Json.read(line)).containsKeys("at", "level", "message")));
        }
        try (var files = Files.list(state.ofRun(run));
                var lines = files.flatMap(RunLogTest::lines)) {
            assertThat(lines).anyMatch(line -> line.contains("entry 2999 "));
        }

        RunLog.open(state, run).remove();

        assertThat(state.ofRun(run)).doesNotExist();
    }

    private static long size(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
