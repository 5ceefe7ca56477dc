package godwit.cli;

import godwit.Problem;
import godwit.cli.live.Terminal;
import godwit.cli.live.Words;
import godwit.file.Json;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a command speaks: JSON to scripts on standard output, text to people on standard error. */
final class Output {
    private final PrintStream forScripts;
    private final PrintStream forPeople;
    private final boolean json;
    private int columns;

    Output(PrintStream forScripts, PrintStream forPeople, boolean json) {
        this.forScripts = forScripts;
        this.forPeople = forPeople;
        this.json = json;
    }

    /** A line for people, broken between words where their terminal ends. */
    void say(String text) {
        Words.broken(text, columns()).forEach(forPeople::println);
        forPeople.flush();
    }

    /** Lines for people that may want to copy them. */
    void asIs(String text) {
        forPeople.println(text);
        forPeople.flush();
    }

    /** What is not a terminal breaks no lines. */
    private int columns() {
        if (columns == 0) {
            var terminal = Terminal.ofErrors(forPeople);
            columns = terminal.isLive() ? terminal.columns() : Integer.MAX_VALUE;
        }
        return columns;
    }

    /** The command's one JSON document; nothing when no JSON was asked for. */
    void result(Map<String, Object> document) {
        if (json) {
            forScripts.println(Json.write(document));
            forScripts.flush();
        }
    }

    void problem(Problem problem) {
        problem(problem, Map.of());
    }

    void problem(Problem problem, Map<String, Object> more) {
        tell(problem);
        var document = new LinkedHashMap<String, Object>(more);
        document.put("problem", problem);
        result(document);
    }

    /** For people alone. */
    void tell(Problem problem) {
        say("godwit: " + problem.message());
        if (!problem.pids().isEmpty()) {
            say("  pids: " + problem.pids());
        }
        say("  " + problem.hint() + "  [" + problem.code() + "]");
    }
}
