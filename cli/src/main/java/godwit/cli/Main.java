package godwit.cli;

import godwit.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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
            "A change of a schema: validate FILE",
            "",
            "Exit status: 0 done, 1 refused or failed, 2 called wrongly, 3 outcome unknown, 4 the sides differ."
        },
        version = "godwit 0.1.0")
final class Main {
    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    private Main() {}

    private static Map<String, Supplier<Object>> commands() {
        var all = new LinkedHashMap<String, Supplier<Object>>();
        all.put("demo", DemoCommand::new);
        all.put("check", CheckCommand::new);
        all.put("plan", PlanCommand::new);
        all.put("start", StartCommand::new);
        all.put("status", StatusCommand::new);
        all.put("verify", Verbs.Verify::new);
        all.put("repair", Verbs.Repair::new);
        all.put("switch", Verbs.Switch::new);
        all.put("rollback", Verbs.Rollback::new);
        all.put("complete", Verbs.Complete::new);
        all.put("pause", Verbs.Pause::new);
        all.put("resume", Verbs.Resume::new);
        all.put("set", SetCommand::new);
        all.put("settings", SettingsCommand::new);
        all.put("diagnose", DiagnoseCommand::new);
        all.put("schema", SchemaCommand::new);
        all.put("validate", ValidateCommand::new);
        all.put("baseline", BaselineCommand::new);
        all.put("pull", PullCommand::new);
        all.put("migrate", MigrateCommand::new);
        return all;
    }

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /** Does what the arguments say; returns the exit status. */
    static int execute(String... arguments) {
        return commandLine(arguments).execute(arguments);
    }

    /** Scripts that ask for JSON get it whatever is wrong. */
    private static int wrongUsage(ParameterException e, String... arguments) {
        var problem = Problem.of(
                "wrong-usage", unknownCommand(e, arguments).orElseGet(() -> String.valueOf(e.getMessage())), hint(e));
        new Output(System.out, System.err, List.of(arguments).contains("--json")).problem(problem);
        return ExitCode.WRONG_USAGE.status();
    }

    private static Optional<String> unknownCommand(ParameterException e, String... arguments) {
        return isOfAll(e) && arguments.length > 0 && !arguments[0].startsWith("-")
                ? Optional.of("There is no command %s.".formatted(arguments[0]))
                : Optional.empty();
    }

    private static String hint(ParameterException e) {
        var suggested =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.<String>of();
        var meant = isOfAll(e) && !suggested.isEmpty() ? "Is godwit %s meant? ".formatted(suggested.getFirst()) : "";
        return meant
                + (isOfAll(e)
                        ? "godwit --help has all commands."
                        : "See godwit %s --help.".formatted(e.getCommandLine().getCommandName()));
    }

    private static boolean isOfAll(ParameterException e) {
        return e.getCommandLine().getParent() == null;
    }

    /** The command that is meant, alone: to describe all of them to the parser takes longer than a short command. */
    static CommandLine commandLine(String... arguments) {
        var line = new CommandLine(new Main()).setParameterExceptionHandler(Main::wrongUsage);
        var meant = arguments.length > 0 ? COMMANDS.get(arguments[0]) : null;
        if (meant != null) {
            return line.addSubcommand(arguments[0], meant.get());
        }
        COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
        return line;
    }
}
