package godwit.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Godwit's command line. */
@Command(
        name = "godwit",
        description = "Moves and reshapes live PostgreSQL databases without stopping the systems that use them.",
        mixinStandardHelpOptions = true,
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
            Verbs.Complete.class
        })
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
