package godwit.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Godwit's command line. */
@Command(
        name = "godwit",
        description = "Moves and reshapes live PostgreSQL databases without stopping the systems that use them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "See it first:        godwit demo",
            "A move of your own:  check FILE, then start FILE, and from another terminal",
            "                     status, verify, switch, complete",
            "",
            "Exit status: 0 done, 1 refused or failed, 2 called wrongly, 3 outcome unknown, 4 the sides differ."
        },
        version = "godwit 0.1.0",
        subcommands = {
            DemoCommand.class,
            CheckCommand.class,
            PlanCommand.class,
            StartCommand.class,
            StatusCommand.class,
            Verbs.Verify.class,
            Verbs.Repair.class,
            Verbs.Switch.class,
            Verbs.Rollback.class,
            Verbs.Complete.class,
            Verbs.Pause.class,
            Verbs.Resume.class,
            SetCommand.class,
            SettingsCommand.class,
            DiagnoseCommand.class
        })
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /** Does what the arguments say; returns the exit status. */
    static int execute(String... arguments) {
        return new CommandLine(new Main()).execute(arguments);
    }
}
