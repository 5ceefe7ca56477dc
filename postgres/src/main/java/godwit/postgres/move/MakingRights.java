package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaObject.Maker;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.TargetRequirements;
import java.util.ArrayList;
import java.util.List;

/** What a role that is no superuser must be allowed on a target to make the objects of a script there. */
final class MakingRights {
    private static final int MEMBERSHIP_HAS_OPTIONS = 160000;

    /** An extension that is there needs no right; a trusted one needs only that to create in the database. */
    private static final String EXTENSION_NEEDS_SUPERUSER = """
            SELECT bool_and(superuser AND NOT trusted) AND NOT bool_or(installed)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = ?)
            FROM pg_catalog.pg_available_extension_versions
            WHERE name = ? AND (version = ? OR NOT EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions
                                                           WHERE name = ? AND version = ?))""";

    private final Session target;
    private final List<Finding> findings = new ArrayList<>();

    MakingRights(Session target) {
        this.target = target;
    }

    static boolean isSuperuser(Session session) {
        return session.is("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user");
    }

    /** Whether a role that is no superuser goes without the object. */
    static boolean isLost(SchemaObject object) {
        return object.maker() == Maker.SUPERUSER_OR_NOBODY;
    }

    List<Finding> findings(SchemaScript script, TargetRequirements needed) {
        defaults();
        if (!isSuperuser(target)) {
            needed.actors().forEach(this::actor);
            needed.tablespaces().forEach(this::tablespace);
            needed.extensions().forEach(this::extension);
            script.objects().forEach(this::object);
        }
        return findings;
    }

    private void defaults() {
        if (target.is("SELECT EXISTS (SELECT FROM pg_catalog.pg_default_acl"
                + " WHERE pg_get_userbyid(defaclrole) = current_user)")) {
            findings.add(Finding.warning(
                    "target-default-privileges",
                    "Godwit's role has default privileges on the target, which every object that it makes there gets.",
                    "ALTER DEFAULT PRIVILEGES … to take them away, or move with another role."));
        }
    }

    private void actor(String role) {
        var options = target.number("SHOW server_version_num") >= MEMBERSHIP_HAS_OPTIONS
                ? "pg_has_role(oid, 'USAGE') AND pg_has_role(oid, 'SET')"
                : "pg_has_role(oid, 'USAGE')";
        if (target.is(
                "SELECT count(*) > 0 FROM pg_catalog.pg_roles WHERE rolname = ? AND NOT (" + options + ")", role)) {
            findings.add(Finding.blocking(
                    "role-not-assumable",
                    "Godwit's role on the target cannot act as the role %s, which owns or grants something."
                            .formatted(role),
                    "GRANT that role TO it, with INHERIT and SET, or change the owner on the source.",
                    role));
        }
    }

    private void tablespace(String name) {
        if (target.is(
                "SELECT count(*) > 0 FROM pg_catalog.pg_tablespace WHERE spcname = ?"
                        + " AND NOT pg_catalog.has_tablespace_privilege(oid, 'CREATE')",
                name)) {
            findings.add(Finding.blocking(
                    "tablespace-not-allowed",
                    "Godwit's role on the target may not create in the tablespace %s.".formatted(name),
                    "GRANT CREATE ON TABLESPACE … TO it.",
                    name));
        }
    }

    private void extension(TargetRequirements.Extension extension) {
        var name = extension.name();
        var version = extension.version();
        if (target.is(EXTENSION_NEEDS_SUPERUSER, name, name, version, name, version)) {
            superuser("extension " + name, "Let a superuser create it on the target beforehand, or leave it.");
        }
    }

    private void object(SchemaObject object) {
        var described = object.kind() + " " + object.identity();
        switch (object.maker()) {
            case ANYBODY -> existingSchema(object);
            case SUPERUSER ->
                superuser(described, "Move with a superuser, or name it under leave and make it by hand.");
            case SUPERUSER_OR_NOBODY ->
                findings.add(Finding.warning(
                        "lost-without-superuser",
                        "%s will not be on the target: only a superuser can make it.".formatted(described),
                        "Let a superuser make it there after the move, or move with one.",
                        described));
        }
    }

    private void superuser(String described, String hint) {
        findings.add(Finding.blocking(
                "superuser-needed",
                "Only a superuser can make %s on the target.".formatted(described),
                hint,
                described));
    }

    private void existingSchema(SchemaObject object) {
        if (object.kind().equals("schema")
                && target.is(
                        "SELECT count(*) > 0 FROM pg_catalog.pg_namespace WHERE nspname = ?"
                                + " AND NOT pg_catalog.pg_has_role(nspowner, 'USAGE')",
                        object.identity())) {
            findings.add(Finding.blocking(
                    "schema-not-owned",
                    "The target has a schema %s that Godwit's role does not own.".formatted(object.identity()),
                    "Make the role a member of its owner, or its owner: owner, privileges and comment are to be set.",
                    object.identity()));
        }
    }
}
