package godwit.postgres.catalog;

import godwit.postgres.catalog.TargetRequirements.Extension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells which extensions a target has not, not in this version, or elsewhere. */
final class ExtensionCheck {
    private static final String OFFERED = """
            SELECT a.name, a.default_version AS "defaultVersion", e.extversion AS installed, n.nspname AS schema,
                   ARRAY(SELECT v.version FROM pg_catalog.pg_available_extension_versions v
                         WHERE v.name = a.name ORDER BY 1) AS versions
            FROM pg_catalog.pg_available_extensions a
            LEFT JOIN pg_catalog.pg_extension e ON e.extname = a.name
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            """;

    private record Offered(
            String name,
            Optional<String> defaultVersion,
            Optional<String> installed,
            Optional<String> schema,
            List<String> versions) {}

    private final Map<String, Offered> offered = new HashMap<>();

    ExtensionCheck(CatalogSession target) throws SQLException {
        target.list(
                        OFFERED,
                        row -> new Offered(
                                row.text("name"),
                                row.maybe("defaultVersion"),
                                row.maybe("installed"),
                                row.maybe("schema"),
                                row.list("versions")))
                .forEach(one -> offered.put(one.name(), one));
    }

    List<SchemaFinding> findings(List<Extension> needed) {
        var findings = new ArrayList<SchemaFinding>();
        for (var extension : needed) {
            var there = offered.get(extension.name());
            if (there == null) {
                findings.add(missing(extension));
                continue;
            }
            if (there.schema()
                    .filter(schema -> !schema.equals(extension.schema()))
                    .isPresent()) {
                findings.add(elsewhere(extension, there.schema().get()));
            }
            version(extension, there).ifPresent(version -> findings.add(different(extension, version)));
        }
        return findings;
    }

    /** The version that the target will have, unless it is the source's. */
    private static Optional<String> version(Extension needed, Offered there) {
        var version = there.installed().isPresent() || there.versions().contains(needed.version())
                ? there.installed()
                : there.defaultVersion();
        return version.filter(other -> !other.equals(needed.version()));
    }

    private static SchemaFinding missing(Extension extension) {
        return SchemaFinding.blocking(
                "extension-missing",
                "the extension " + extension.name() + " is not available on the target",
                "Install the package that has the extension on the target's machine.",
                extension.name());
    }

    private static SchemaFinding elsewhere(Extension extension, String schema) {
        return SchemaFinding.blocking(
                "extension-elsewhere",
                "the extension " + extension.name() + " is in the schema " + schema + " on the target, and in "
                        + extension.schema() + " on the source",
                "ALTER EXTENSION … SET SCHEMA there, or drop it: what names its objects would not find them.",
                extension.name());
    }

    private static SchemaFinding different(Extension extension, String version) {
        return SchemaFinding.notice(
                "extension-version-different",
                "the extension " + extension.name() + " has version " + extension.version() + " on the source and "
                        + version + " on the target",
                "Look into its release notes whether what uses it works alike.",
                extension.name());
    }
}
