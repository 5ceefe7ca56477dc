package godwit.file;

import godwit.GodwitException;
import godwit.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What stands above a file's settings, which are its numbers, its words and what is true or false: the command line, then variables of the environment; it notes where each setting's
 * value came from.
 */
public final class Layers {
    private static final String PREFIX = "GODWIT_";

    /** Variables that are no settings: those of people, of the launcher, and of hooks, which may call Godwit. */
    private static final Set<String> OTHERS = Set.of(
            "GODWIT_STATE", "GODWIT_TARGET", "GODWIT_JAVA_OPTS", "GODWIT_ARCHIVE", "GODWIT_WRITES", "GODWIT_DATABASE");

    private final Map<String, String> commandLine;
    private final Map<String, String> environment;
    private final Set<String> unused;
    private final List<Origin> origins = new ArrayList<>();

    /**
     * @param commandLine by a setting's path or its last part, as people wrote it
     * @param environment all its variables; those of {@code GODWIT_COPY_WORKERS}'s form count
     */
    public Layers(Map<String, String> commandLine, Map<String, String> environment) {
        this.commandLine = new LinkedHashMap<>(commandLine);
        this.environment = Map.copyOf(environment);
        this.unused = new TreeSet<>(commandLine.keySet());
    }

    /** The file alone. */
    public static Layers none() {
        return new Layers(Map.of(), Map.of());
    }

    /**
     * A setting with its value and where that came from.
     *
     * @param origin {@code command line}, {@code environment NAME}, {@code file}, {@code default} or {@code set}
     */
    public record Origin(String setting, String value, String origin) {}

    /** Every setting that was read. */
    public List<Origin> origins() {
        return List.copyOf(origins);
    }

    /** What the command line names and no file can have. */
    public Set<String> unused() {
        return new TreeSet<>(unused);
    }

    /**
     * Refuses a variable of Godwit's form that is no setting: what somebody wanted by it would else be passed over. One
     * that holds a database's URL is none, whichever file it is for.
     *
     * @param named by the move file, as the places of URLs
     */
    public void requireKnownVariables(Set<String> named) {
        var known = new TreeSet<>(OTHERS);
        MoveFile.defaults().forEach(setting -> known.add(variable(setting.setting())));
        environment.entrySet().stream()
                .filter(variable -> variable.getKey().startsWith(PREFIX))
                .filter(variable -> !variable.getValue().startsWith("postgres"))
                .map(Map.Entry::getKey)
                .filter(name -> !known.contains(name) && !named.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw unknown(name, known);
                });
    }

    private static GodwitException unknown(String name, Set<String> known) {
        var hint = Nearest.of(name, known)
                .map(near -> "Did you mean %s? Else take it out of the environment.".formatted(near))
                .orElse("Take it out of the environment; docs/reference/commands.md lists what is read.");
        return Problem.of("setting-unknown", "There is no setting for the variable %s.".formatted(name), hint)
                .withObjects(List.of(name))
                .asException();
    }

    /** A value that goes before the file's. */
    Optional<Origin> above(String path) {
        for (var name : List.of(path, last(path), dashed(last(path)))) {
            var value = commandLine.get(name);
            if (value != null) {
                unused.remove(name);
                return Optional.of(new Origin(path, value, "command line"));
            }
        }
        var variable = variable(path);
        return Optional.ofNullable(environment.get(variable))
                .map(value -> new Origin(path, value, "environment " + variable));
    }

    void note(String path, String value, String origin) {
        origins.add(new Origin(path, value, origin));
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private static String dashed(String key) {
        return key.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** {@code GODWIT_COPY_WORKERS} for {@code limits.copyWorkers}. */
    private static String variable(String path) {
        return PREFIX + dashed(last(path)).replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
