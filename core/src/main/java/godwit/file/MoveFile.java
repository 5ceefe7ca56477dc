package godwit.file;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.MoveLimits;
import godwit.move.MoveSpec;
import godwit.move.MoveSpec.TableSelection;
import godwit.move.SwitchSpec;
import godwit.move.UrlReference;
import godwit.move.Watching;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a move file, in YAML or JSON, and refuses whatever it does not know. */
public final class MoveFile {
    private static final Set<String> KEYS = Set.of(
            "kind",
            "name",
            "source",
            "target",
            "include",
            "exclude",
            "where",
            "leave",
            "mode",
            "schema",
            "insecure",
            "largeObjects",
            "switch",
            "limits",
            "throttle",
            "apply",
            "health");
    private static final Set<String> SWITCH_KEYS = Set.of(
            "hook",
            "fenceSecondsMax",
            "pauseMillisMax",
            "hookSecondsMax",
            "rollbackSecondsMax",
            "verifySecondsBetween");
    private static final Set<String> LIMIT_KEYS = Set.of(
            "copyWorkers",
            "indexWorkers",
            "chunkBytes",
            "rowBytesMax",
            "logKeptBytesMax",
            "startSecondsMax",
            "resumableBytes",
            "streamProtocol",
            "lockWaitMillisMax",
            "keyBytesMax");

    private MoveFile() {}

    /** A file's text, for {@link #parse}. */
    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Problem.of(
                            "file-unreadable",
                            "%s cannot be read.".formatted(file),
                            "Check the path and its permissions.")
                    .asException(e);
        }
    }

    /** Reads a move file's text, and nothing else. */
    public static MoveSpec parse(String text) {
        return parse(text, Layers.none());
    }

    /** Reads a move file's text, with what stands above it. */
    public static MoveSpec parse(String text, Layers layers) {
        var file = new Nodes(Trees.read(text), "", layers).only(KEYS);
        if (!file.text("kind").equals("move")) {
            throw Problem.of("unknown-kind", "The file's kind is not move.", "Write kind: move.")
                    .asException();
        }
        var limits = limits(file.section("limits", LIMIT_KEYS));
        return new MoveSpec(
                name(file.text("name")),
                url(file, "source"),
                url(file, "target"),
                new TableSelection(tables(file.texts("include")), tables(file.texts("exclude"))),
                rows(file.textByName("where")),
                switching(file),
                limits,
                new ConductReader(file).read(limits));
    }

    /** Whether this names a setting, by its path or its last part. */
    public static boolean isSetting(String name) {
        return defaults().stream()
                .map(Layers.Origin::setting)
                .anyMatch(path -> path.equals(name) || path.endsWith("." + name));
    }

    /** Every setting that a file can have, with its default. */
    public static List<Layers.Origin> defaults() {
        var layers = Layers.none();
        parse("{kind: move, name: a, source: 'env:A', target: 'env:B'}", layers);
        return layers.origins();
    }

    private static String name(String name) {
        if (!name.matches("[a-z0-9][a-z0-9_-]{0,39}")) {
            throw Problem.of(
                            "wrong-name",
                            "The name of a move has 1 to 40 lower-case letters, digits, - and _.",
                            "Choose such a name.")
                    .asException();
        }
        return name;
    }

    private static UrlReference url(Nodes file, String key) {
        var text = file.text(key);
        if (text.startsWith("env:") && text.length() > 4) {
            return new UrlReference.Environment(text.substring(4));
        }
        if (text.startsWith("file:") && text.length() > 5) {
            return new UrlReference.InFile(text.substring(5));
        }
        throw Problem.of(
                        "secret-in-file",
                        "%s does not name where the URL is found.".formatted(key),
                        "Write env:NAME or file:PATH; a URL, which may hold a password, has no place in this file.")
                .withObjects(List.of(key))
                .asException();
    }

    private static List<TableName> tables(List<String> texts) {
        return texts.stream().map(MoveFile::table).toList();
    }

    /** Reads {@code schema.name}, each part in double quotes where it has to be; without a schema it is public. */
    static TableName table(String text) {
        var parts = new java.util.ArrayList<String>();
        var part = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        if (quoted || parts.size() > 2 || parts.stream().anyMatch(String::isEmpty)) {
            throw wrongTable(text);
        }
        return parts.size() == 1
                ? TableName.of("public", parts.get(0))
                : new TableName(new Identifier(parts.get(0)), new Identifier(parts.get(1)));
    }

    private static GodwitException wrongTable(String text) {
        return Problem.of(
                        "wrong-table-name",
                        "%s is not the name of a table.".formatted(text),
                        "Write schema.table, with double quotes around a part that holds a dot.")
                .withObjects(List.of(text))
                .asException();
    }

    private static Map<TableName, String> rows(Map<String, String> conditions) {
        var all = new HashMap<TableName, String>();
        conditions.forEach((table, condition) -> all.put(table(table), condition));
        return all;
    }

    private static SwitchSpec switching(Nodes file) {
        var node = file.section("switch", SWITCH_KEYS);
        var usual = Watching.USUAL.verifySecondsBetween();
        return switchingOf(node)
                .watched(WatchingReader.read(file, node.number("verifySecondsBetween", usual, 0, 31_536_000)));
    }

    private static SwitchSpec switchingOf(Nodes node) {
        var standard = SwitchSpec.DEFAULT;
        return new SwitchSpec(
                node.texts("hook"),
                (int) node.number("fenceSecondsMax", standard.fenceSecondsMax(), 1, 3600),
                (int) node.number("pauseMillisMax", standard.pauseMillisMax(), 100, 3_600_000),
                (int) node.number("hookSecondsMax", standard.hookSecondsMax(), 1, 3600),
                (int) node.number("rollbackSecondsMax", standard.rollbackSecondsMax(), 1, 300));
    }

    private static MoveLimits limits(Nodes node) {
        var standard = MoveLimits.DEFAULT;
        return new MoveLimits(
                (int) node.number("copyWorkers", standard.copyWorkers(), 1, 64),
                (int) node.number("indexWorkers", standard.indexWorkers(), 1, 64),
                node.number("chunkBytes", standard.chunkBytes(), 8192, 1L << 40),
                node.number("rowBytesMax", standard.rowBytesMax(), 8192, 1L << 30),
                node.number("logKeptBytesMax", standard.logKeptBytesMax(), 1L << 20, 1L << 50),
                (int) node.number("startSecondsMax", standard.startSecondsMax(), 1, 86_400),
                node.number("resumableBytes", standard.resumableBytes(), 0, 1L << 50),
                (int) node.number("streamProtocol", standard.streamProtocol(), 1, 2),
                (int) node.number("lockWaitMillisMax", standard.lockWaitMillisMax(), 100, 3_600_000),
                node.number("keyBytesMax", standard.keyBytesMax(), 1L << 20, 1L << 40));
    }
}
