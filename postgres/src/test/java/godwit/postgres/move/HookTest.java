package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command that routes the traffic: when it is called, and what becomes of a switch when it fails. */
@ExtendWith(Servers.class)
class HookTest {
    private static final String SCRIPT = "[ -e '%1$s/fails-'\"$GODWIT_WRITES\" ] && exit 7;"
            + " [ -e '%1$s/hangs' ] && sleep 60; echo \"$GODWIT_WRITES\" >'%1$s/route'";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Pair pair;
    private final Path folder;

    HookTest(Pair pair, @TempDir Path folder) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        this.folder = folder;
    }

    private LiveMove ready() {
        var usual = Specs.spec(pair.name(), 1);
        var hook = List.of("sh", "-c", SCRIPT.formatted(folder));
        var spec = new MoveSpec(
                usual.name(),
                usual.source(),
                usual.target(),
                usual.tables(),
                usual.rows(),
                new SwitchSpec(hook, 5, 3000, 2, 300),
                usual.limits());
        return LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY);
    }

    private String route() throws IOException {
        var file = folder.resolve("route");
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    private void assertRefused(Outcome outcome, String code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(code));
    }

    @Test
    void oneThatIsNotThereIsFoundByACheck() throws IOException {
        var spec = new SwitchSpec(List.of("./route.sh"), 5, 3000, 2, 300);
        var hook = new Hook(spec, folder);

        assertThat(hook.missing().orElseThrow().problem().code()).isEqualTo("hook-not-runnable");

        Files.createFile(folder.resolve("route.sh"), PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        assertThat(hook.missing()).isEmpty();
        assertThat(new Hook(new SwitchSpec(List.of("sh", "-c", "true"), 5, 3000, 2, 300), folder).missing())
                .isEmpty();
    }

    @Test
    void oneThatIsTooSlowIsEndedWithAllThatItStarted() throws IOException {
        var hook = new Hook(
                new SwitchSpec(List.of("sh", "-c", "sleep 60 & echo $! >started; wait"), 5, 3000, 1, 300), folder);

        assertThatThrownBy(() -> hook.call(Side.TARGET)).hasMessageContaining("did not end within 1 s");

        var started = Long.parseLong(Files.readString(folder.resolve("started")).strip());
        await().until(() ->
                ProcessHandle.of(started).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void itIsToldWhereTheWritesAre() throws IOException {
        try (var move = ready()) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            assertThat(route()).isEqualTo("target");

            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);
            assertThat(route()).isEqualTo("source");
        }
    }

    @Test
    void oneThatFailsOrHangsBeforeTheDecisionKeepsTheWritesWhereTheyAre() throws IOException {
        try (var move = ready()) {
            Files.createFile(folder.resolve("fails-source"));
            assertRefused(move.ask(Verb.SWITCH), "hook-failed");
            assertThat(move.phase()).isEqualTo(Phase.READY);
            Files.delete(folder.resolve("fails-source"));
            Files.createFile(folder.resolve("hangs"));
            assertRefused(move.ask(Verb.SWITCH), "hook-too-slow");
            assertThat(move.phase()).isEqualTo(Phase.READY);

            assertThat(route()).isNotEqualTo("target");
            assertThat(pair.atSource().execute("INSERT INTO t VALUES (2)")).isOne();
        }
    }

    @Test
    void oneThatFailsAfterTheDecisionIsCalledAgainUntilItWorks() throws IOException {
        try (var move = ready()) {
            var failing = Files.createFile(folder.resolve("fails-target"));
            assertThat(move.ask(Verb.SWITCH))
                    .isInstanceOfSatisfying(
                            Outcome.Done.class,
                            done -> assertThat(done.result().toString()).contains("writes=target", "hook-failed"));
            assertThat(pair.atTarget().execute("INSERT INTO t VALUES (2)")).isOne();
            await().untilAsserted(() -> assertThat(move.live())
                    .extractingByKey("unrouted")
                    .asString()
                    .contains("hook-failed"));

            Files.delete(failing);

            await().atMost(Duration.ofSeconds(20)).until(() -> route().equals("target"));
            await().until(() -> move.phase() == Phase.SWITCHED);
        }
    }

    @Test
    void oneThatAKilledWorkerHadNotToldIsToldByTheNext() throws IOException {
        try (var move = ready()) {
            var failing = Files.createFile(folder.resolve("fails-target"));
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            move.kill();
            Files.delete(failing);

            move.start();

            await().atMost(Duration.ofSeconds(20)).until(() -> route().equals("target"));
            await().until(() -> move.phase() == Phase.SWITCHED);
        }
    }
}
