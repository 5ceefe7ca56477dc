package godwit.postgres.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells what a target lacks of what a script needs. */
public final class TargetCheck {
    private final Connection target;

    public TargetCheck(Connection target) {
        this.target = target;
    }

    /** One finding for each role and tablespace that is missing, and for each extension that is not the same. */
    public List<SchemaFinding> findings(TargetRequirements requirements) throws SQLException {
        try (var session = new CatalogSession(target)) {
            var findings = new ArrayList<SchemaFinding>();
            missing(session, "SELECT rolname AS name FROM pg_catalog.pg_roles", requirements.roles())
                    .forEach(name -> findings.add(SchemaFinding.blocking(
                            "role-missing",
                            "the role " + name + " does not exist on the target",
                            "Create the role on the target; roles belong to the server and are not moved.",
                            name)));
            missing(session, "SELECT spcname AS name FROM pg_catalog.pg_tablespace", requirements.tablespaces())
                    .forEach(name -> findings.add(SchemaFinding.blocking(
                            "tablespace-missing",
                            "the tablespace " + name + " does not exist on the target",
                            "Create the tablespace on the target, or move what it holds to pg_default on the source.",
                            name)));
            findings.addAll(new ExtensionCheck(session).findings(requirements.extensions()));
            return findings;
        }
    }

    private static List<String> missing(CatalogSession session, String sql, List<String> needed) throws SQLException {
        Set<String> there = new HashSet<>(session.list(sql, row -> row.text("name")));
        return needed.stream().filter(name -> !there.contains(name)).toList();
    }
}
