package godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
    @Test
    void eachCommandIsKnownByItsOwnNameAloneAndAmongAll() {
        var all = Main.commandLine().getSubcommands();
        assertThat(all).hasSize(20);
        all.forEach((name, command) -> {
            assertThat(annotated(command)).isEqualTo(name);
            assertThat(Main.commandLine(name, "file").getSubcommands()).containsOnlyKeys(name);
        });
    }

    @Test
    void whoeverMisspellsACommandIsToldOfAllThatAreLikeIt() {
        assertThat(Main.commandLine("strat").getSubcommands()).containsKeys("start", "status");
    }

    @Test
    void whoeverStartsAMoveOfAServerThatIsNotThereIsToldSo(@TempDir Path folder) throws IOException {
        for (var side : List.of("source", "target")) {
            Files.writeString(folder.resolve(side), "postgresql://postgres@127.0.0.1:1/nowhere");
        }
        var file = folder.resolve("move.yaml");
        Files.writeString(file, "kind: move\nname: nowhere\nsource: file:source\ntarget: file:target\n");

        var began = System.nanoTime();
        var ran = Ran.godwit("start", file.toString());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.problem()).isEqualTo("unreachable");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    }

    private static String annotated(CommandLine command) {
        return command.getCommandSpec()
                .userObject()
                .getClass()
                .getAnnotation(Command.class)
                .name();
    }
}
