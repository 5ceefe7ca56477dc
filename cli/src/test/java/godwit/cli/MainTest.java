package godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
    @Test
    void eachCommandIsKnownByItsOwnNameAloneAndAmongAll() {
        var all = Main.commandLine().getSubcommands();
        assertThat(all).hasSize(16);
        all.forEach((name, command) -> {
            assertThat(annotated(command)).isEqualTo(name);
            assertThat(Main.commandLine(name, "file").getSubcommands()).containsOnlyKeys(name);
        });
    }

    @Test
    void whoeverMisspellsACommandIsToldOfAllThatAreLikeIt() {
        assertThat(Main.commandLine("strat").getSubcommands()).containsKeys("start", "status");
    }

    private static String annotated(CommandLine command) {
        return command.getCommandSpec()
                .userObject()
                .getClass()
                .getAnnotation(Command.class)
                .name();
    }
}
