package godwit.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.postgres.Pair;
import godwit.postgres.RowLimit;
import godwit.postgres.Servers;
import godwit.postgres.apply.Following;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Memory is bounded by the largest row, never by a table, a transaction or a backlog; a row above the limit is told. */
@ExtendWith(Servers.class)
class MemoryTest {
    private static final String LARGE = """
            CREATE TYPE mood AS ENUM ('low', 'high'); CREATE TYPE place AS (street text, of regclass);
            CREATE TABLE large (id int PRIMARY KEY, body bytea, moods mood[], place place, named regclass); ALTER TABLE large ALTER body SET STORAGE EXTERNAL;
            ALTER TABLE large REPLICA IDENTITY FULL""";

    private final Pair pair;

    MemoryTest(Pair pair) {
        this.pair = pair;
    }

    /** A worker in a process of its own. */
    private record Worker(Process process, BufferedReader out) {
        static Worker start(Pair pair, String memory) throws IOException {
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            var process = new ProcessBuilder(
                            java,
                            memory,
                            "-cp",
                            classes,
                            SmallWorker.class.getName(),
                            pair.sourceServer().url(pair.name()),
                            pair.targetServer().url(pair.name()))
                    .redirectErrorStream(true)
                    .start();
            var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            return new Worker(process, out);
        }

        /** Reads on to a line that begins so. */
        String await(String beginning) throws IOException {
            var all = new StringBuilder();
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(beginning)) {
                    return line;
                }
                all.append(line).append('\n');
            }
            throw new AssertionError("ended without " + beginning + ": " + all);
        }

        /** Lets it catch up and end. */
        void letEnd() throws IOException {
            process.outputWriter().append("end\n").close();
        }

        long finish() throws IOException {
            letEnd();
            var peak = Long.parseLong(await("peak ").substring(5));
            assertThat(process.onExit().join().exitValue()).isZero();
            return peak;
        }
    }

    private static String bytes(String seed, int megabytes) {
        return "decode(repeat(md5('%s'), %d), 'hex')".formatted(seed, megabytes * 65_536);
    }

    @Test
    void aValueOfAHundredMegabytesPassesCopyAndStreamWithHalfAGigabyte() throws IOException {
        pair.target("CREATE TABLE other_numbers (id int)").both(LARGE).target("DROP TABLE other_numbers");
        var more = ", '{low,high}', ROW('a', 'large'), 'large')";
        pair.source("INSERT INTO large VALUES (1, " + bytes("a", 100) + more);
        var worker = Worker.start(pair, "-Xmx512m");
        worker.await("copied");
        pair.source("INSERT INTO large VALUES (2, " + bytes("b", 100) + more);
        pair.source("UPDATE large SET body = " + bytes("c", 100) + " WHERE id = 1");
        pair.source("UPDATE large SET id = 3 WHERE id = 2");
        pair.source("INSERT INTO large VALUES (4, NULL); DELETE FROM large WHERE id = 1");

        var peakMegabytes = worker.finish();

        var sums =
                "SELECT string_agg(id || coalesce(md5(body), '-') || coalesce(moods::text || place || named, '-'), ' '"
                        + " ORDER BY id) FROM large";
        assertThat(pair.atTarget().text(sums))
                .isEqualTo(pair.atSource().text(sums))
                .contains("{low,high}(a,large)large")
                .hasSize(61);
        assertThat(peakMegabytes).isBetween(200L, 512L);
    }

    @Test
    void aTransactionOfManyRowsNeedsLittleMemory() throws IOException {
        pair.both("CREATE TABLE small (id int PRIMARY KEY, a text, b text)");
        var worker = Worker.start(pair, "-Xmx64m");
        worker.await("copied");
        pair.source("INSERT INTO small SELECT i, repeat('a', 200), repeat('b', 200) FROM generate_series(1, 150000) i");

        worker.finish();

        var sums = "SELECT count(*) || ' ' || sum(id) FROM small";
        assertThat(pair.atTarget().text(sums)).isEqualTo(pair.atSource().text(sums));
    }

    @Test
    void aRowAboveTheLimitIsToldByTheCopy() {
        pair.both(LARGE).source("INSERT INTO large VALUES (1, " + bytes("a", 2) + ")");

        assertThatThrownBy(() -> PausedCopy.of(pair).copyWithin(1 << 20).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo("row-too-large");
                    assertThat(e.problem().objects()).containsExactly("public.large");
                });
    }

    @Test
    void aRowAboveTheLimitIsToldByTheStream() {
        pair.both(LARGE);
        try (var following = Following.of(pair).reopenWithin(new RowLimit(1 << 20))) {
            pair.source("INSERT INTO large VALUES (1, " + bytes("a", 2) + ")");

            assertThatThrownBy(following::catchUp).isInstanceOfSatisfying(GodwitException.class, e -> {
                assertThat(e.problem().code()).isEqualTo("row-too-large");
                assertThat(e.problem().objects()).containsExactly("public.large");
            });
        }
    }

    @Test
    void aRowLargerThanTheMemoryPassesTheCopy() throws IOException {
        pair.both(LARGE).source("INSERT INTO large VALUES (1, " + bytes("a", 60) + ")");

        var worker = Worker.start(pair, "-Xmx48m");
        worker.await("copied");
        worker.finish();

        var sums = "SELECT string_agg(id || md5(body), ' ') FROM large";
        assertThat(pair.atTarget().text(sums)).isEqualTo(pair.atSource().text(sums));
    }

    @Test
    void aRowThatDoesNotFitIsToldByTheStreamAndNotTriedForEver() throws IOException {
        pair.both(LARGE);
        var worker = Worker.start(pair, "-Xmx48m");
        worker.await("copied");

        pair.source("INSERT INTO large VALUES (1, " + bytes("a", 60) + ")");
        worker.letEnd();

        assertThat(worker.await("Exception in thread")).contains("godwit.GodwitException");
        assertThat(worker.process().onExit().join().exitValue()).isOne();
        assertThat(pair.atTarget().number("SELECT count(*) FROM large")).isZero();
    }
}
