package godwit.embedded;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a server to start is like.
 *
 * @param major the major version, one of those whose binaries the build brings
 * @param settings entries of postgresql.conf; those of {@link #of} make a server that logical replication can read
 * @param folder where its data and log live and stay; null for a temporary folder that is removed on close
 */
public record EmbeddedSettings(
        int major, Map<String, String> settings, @Nullable Path folder) {
    public EmbeddedSettings {
        settings = Map.copyOf(settings);
    }

    /** A server of this major version in a temporary folder, ready for logical replication. */
    public static EmbeddedSettings of(int major) {
        var settings = Map.of(
                "wal_level", "logical",
                "max_wal_senders", "20",
                "max_replication_slots", "20",
                "max_connections", "200",
                "max_prepared_transactions", "10");
        return new EmbeddedSettings(major, settings, null);
    }

    /** The same server with one more setting, which replaces a setting of the same name. */
    public EmbeddedSettings with(String name, String value) {
        var changed = new LinkedHashMap<>(settings);
        changed.put(name, value);
        return new EmbeddedSettings(major, changed, folder);
    }

    /** The same server, faster, but not safe from a crash of the machine (only of the server): for tests. */
    public EmbeddedSettings withoutFsync() {
        return with("fsync", "off");
    }

    /** The same server with its data in this folder, which stays after close and may hold an earlier server's data. */
    public EmbeddedSettings keptIn(Path kept) {
        return new EmbeddedSettings(major, settings, kept);
    }

    Optional<Path> keptFolder() {
        return Optional.ofNullable(folder);
    }
}
