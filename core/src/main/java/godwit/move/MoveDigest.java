package godwit.move;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a move was told, each key by a digest: enough to say which keys have changed since, and nothing to read.
 *
 * @param keys the first 16 hexadecimal digits of the SHA-256 of each key's value, by its path in the file
 */
public record MoveDigest(Map<String, String> keys) {
    /** What a run keeps to from its begin to its end: the tables, the rows and the gates were made by them. */
    private static final Set<String> FIXED = Set.of("include", "exclude", "where", "mode", "schema", "largeObjects");

    public MoveDigest {
        keys = Map.copyOf(keys);
    }

    /** Of what the file says together with all that stands above it. */
    public static MoveDigest of(MoveSpec spec) {
        var values = new TreeMap<String, Object>();
        values.put("source", spec.source());
        values.put("target", spec.target());
        values.put("include", new TreeSet<>(texts(spec.tables().include())));
        values.put("exclude", new TreeSet<>(texts(spec.tables().exclude())));
        var where = new TreeMap<String, String>();
        spec.rows().forEach((table, condition) -> where.put(table.toString(), condition));
        values.put("where", where);
        conduct(spec.conduct(), values);
        switching(spec.switching(), values);
        limits(spec.limits(), values);
        return new MoveDigest(values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> digest(String.valueOf(entry.getValue())))));
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(String::valueOf).toList();
    }

    private static void conduct(Conduct conduct, Map<String, Object> values) {
        values.put("mode", conduct.mode());
        values.put("schema", conduct.schema());
        values.put("insecure", conduct.transport());
        values.put("largeObjects", conduct.largeObjects());
        values.put("leave", new TreeSet<>(conduct.leave()));
        for (var setting : LiveSetting.values()) {
            values.put(setting.path(), conduct.tuning().of(setting));
        }
    }

    private static void switching(SwitchSpec switching, Map<String, Object> values) {
        values.put("switch.hook", switching.hook());
        values.put("switch.fenceSecondsMax", switching.fenceSecondsMax());
        values.put("switch.pauseMillisMax", switching.pauseMillisMax());
        values.put("switch.hookSecondsMax", switching.hookSecondsMax());
        values.put("switch.rollbackSecondsMax", switching.rollbackSecondsMax());
        values.put("switch.verifySecondsBetween", switching.watching().verifySecondsBetween());
        values.put("health", switching.watching().health());
    }

    private static void limits(MoveLimits limits, Map<String, Object> values) {
        values.put("limits.copyWorkers", limits.copyWorkers());
        values.put("limits.indexWorkers", limits.indexWorkers());
        values.put("limits.chunkBytes", limits.chunkBytes());
        values.put("limits.rowBytesMax", limits.rowBytesMax());
        values.put("limits.logKeptBytesMax", limits.logKeptBytesMax());
        values.put("limits.startSecondsMax", limits.startSecondsMax());
        values.put("limits.resumableBytes", limits.resumableBytes());
        values.put("limits.streamProtocol", limits.streamProtocol());
        values.put("limits.lockWaitMillisMax", limits.lockWaitMillisMax());
        values.put("limits.keyBytesMax", limits.keyBytesMax());
    }

    private static String digest(String value) {
        try {
            var bytes = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(bytes, 0, 8);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    /** Reads what {@link #text} wrote; of an empty text nothing is known. */
    public static MoveDigest parse(String text) {
        return new MoveDigest(Arrays.stream(text.split(" "))
                .filter(pair -> pair.indexOf('=') > 0)
                .collect(Collectors.toMap(
                        pair -> pair.substring(0, pair.indexOf('=')), pair -> pair.substring(pair.indexOf('=') + 1))));
    }

    /** One line, for the ledger. */
    public String text() {
        return new TreeMap<>(keys)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
    }

    /** The keys that have another value now, in their order; those that the earlier one does not know are passed over. */
    public List<String> changedSince(MoveDigest earlier) {
        return keys.entrySet().stream()
                .filter(entry ->
                        !entry.getValue().equals(earlier.keys().getOrDefault(entry.getKey(), entry.getValue())))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Whether a key holds from the begin of a run to its end. */
    public static boolean isFixed(String key) {
        return FIXED.contains(key);
    }
}
