package godwit.cli;

import godwit.file.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command that was run in this process, with what it said.
 *
 * @param status the exit status
 * @param json its document on standard output; empty when it said none
 * @param text what it told people
 */
record Ran(int status, Map<String, Object> json, String text) {
    /** Runs a command with {@code --json}. */
    static synchronized Ran godwit(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var before = new PrintStream[] {System.out, System.err};
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            var all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] = "--json";
            var status = Main.execute(all);
            var said = out.toString(StandardCharsets.UTF_8);
            return new Ran(status, said.isBlank() ? Map.of() : Json.read(said), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before[0]);
            System.setErr(before[1]);
        }
    }

    @Nullable
    Object at(String key) {
        return json.get(key);
    }

    /** The Problem's code; empty when there is none. */
    String problem() {
        return json.get("problem") instanceof Map<?, ?> problem ? String.valueOf(problem.get("code")) : "";
    }
}
