package godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.file.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Somebody spoils the demonstration's database while it is moved: it must not say that all is well. */
class BrokenDemoTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> MISCHIEF = List.of(
            "DELETE FROM operations WHERE ctid = (SELECT min(ctid) FROM operations)",
            "INSERT INTO operations SELECT * FROM operations WHERE ctid = (SELECT max(ctid) FROM operations)",
            "ALTER ROLE postgres IN DATABASE cases SET default_transaction_read_only = off",
            "SELECT pg_create_physical_replication_slot('left_behind')");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void aBrokenPromiseIsNamedAndEndsInStatus1() throws Exception {
        var before = new PrintStream[] {System.out, System.err};
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            var spoiled = CompletableFuture.runAsync(this::spoil);
            var status = Main.execute("demo", "--keep", "--json", "--rows", "2000", "--clients", "2", "--seconds", "4");

            spoiled.get(60, TimeUnit.SECONDS);
            var report = Json.read(out.toString(StandardCharsets.UTF_8));
            assertThat(report).containsEntry("ok", false);
            assertThat(status).isEqualTo(1);
            // A role's own default would win over the seal of the source; its gate stays then, and the promise holds.
            assertThat(broken(report))
                    .containsExactlyInAnyOrder(
                            "no acknowledged operation is lost",
                            "no operation is there twice",
                            "nothing of Godwit is left in the source");
            assertThat(report.get("rollback")).asString().contains("lostRows=1, duplicatedRows=1");
            assertThat(said()).contains("The way back lost 1 row").contains("Not every promise held");
        } finally {
            System.setOut(before[0]);
            System.setErr(before[1]);
            endServers();
        }
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String told(String what) {
        var line = Pattern.compile(what + " +(.*)").matcher(said());
        return line.find() ? line.group(1).strip() : "";
    }

    private void spoil() {
        await().atMost(PATIENCE).until(() -> !told("source   psql").isEmpty());
        var address = told("source   psql").replace("postgresql://postgres@", "jdbc:postgresql://") + "?user=postgres";
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (var connection = DriverManager.getConnection(address);
                    var statement = connection.createStatement();
                    var count = statement.executeQuery("SELECT count(*) FROM operations")) {
                return count.next() && count.getLong(1) >= 10;
            }
        });
        try (var connection = DriverManager.getConnection(address);
                var statement = connection.createStatement()) {
            for (var each : MISCHIEF) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> broken(Map<String, Object> report) {
        return ((List<?>) report.getOrDefault("invariants", List.of()))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .filter(each -> Boolean.FALSE.equals(each.get("holds")))
                        .map(each -> String.valueOf(each.get("name")))
                        .toList();
    }

    /** By what the demonstration told people to do, without waiting for sessions that this process keeps. */
    private void endServers() throws IOException, InterruptedException {
        var kill = told("to end").replace("kill ", "kill -INT ");
        var files = Pattern.compile("head -n 1 ([^)]+)")
                .matcher(kill)
                .results()
                .map(found -> Path.of(found.group(1)))
                .toList();
        new ProcessBuilder("bash", "-c", kill).start().waitFor();
        await().atMost(PATIENCE).until(() -> files.stream().noneMatch(Files::exists));
        assertThat(new ProcessBuilder("bash", "-c", told("then")).start().waitFor())
                .isZero();
    }
}
