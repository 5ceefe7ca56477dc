package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaSelection;
import godwit.postgres.catalog.TargetRequirements;
import godwit.postgres.catalog.TargetRequirements.Extension;
import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A database of the same shape as another one, without its rows, on a server that nobody uses. */
final class ShadowDatabase implements AutoCloseable {
    private static final int MAJOR = 10_000;

    private final ShadowServers.Shadow server;
    private final Session session;

    private ShadowDatabase(ShadowServers.Shadow server) {
        this.server = server;
        this.session = server.database().open("shadow");
        session.keepAlone();
    }

    /**
     * Makes one.
     *
     * @param live the database that it is to be like
     * @throws godwit.GodwitException no-forecast
     */
    static ShadowDatabase like(Session live, ShadowServers servers) {
        var major = (int) (live.number("SELECT current_setting('server_version_num')::bigint") / MAJOR);
        try {
            var server = servers.start(major)
                    .orElseThrow(
                            () -> missing("there is no server of version %d here to try them on".formatted(major)));
            return copied(server, live);
        } catch (GodwitException e) {
            // Whatever is wrong with a server of our own is no reason to refuse people's change.
            throw e.problem().code().equals("no-forecast")
                    ? e
                    : missing("the shadow failed (%s)".formatted(e.problem().code()));
        }
    }

    private static ShadowDatabase copied(ShadowServers.Shadow server, Session live) {
        var shadow = new ShadowDatabase(server);
        try {
            shadow.copy(live);
            return shadow;
        } catch (SQLException e) {
            shadow.close();
            throw live.failed(e);
        } catch (RuntimeException e) {
            shadow.close();
            throw e;
        }
    }

    /** As the role that the live database is used as. */
    Session session() {
        return session;
    }

    private void copy(Session live) throws SQLException {
        var script = new SchemaReader(live.connection()).read(new SchemaSelection(table -> true));
        var wanted = script.needed();
        requireExtensions(wanted.extensions());
        requireTablespaces(wanted.tablespaces());
        var self = live.text("SELECT current_user");
        var owner = live.text(
                "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = current_database()");
        roles(live, wanted, List.of(self, owner));
        own(live, self, owner);
        for (var object : script.objects()) {
            for (var statement : object.create()) {
                try {
                    session.execute(statement);
                } catch (GodwitException e) {
                    throw missing("the %s %s cannot be made on it (%s)"
                            .formatted(
                                    object.kind(),
                                    object.identity(),
                                    e.problem().code()));
                }
            }
        }
        session.execute("SET SESSION AUTHORIZATION " + new Identifier(self).sql());
    }

    private void requireExtensions(List<Extension> extensions) {
        for (var extension : extensions) {
            if (!session.is(
                    "SELECT count(*) > 0 FROM pg_catalog.pg_available_extensions WHERE name = ?", extension.name())) {
                throw missing("extension " + extension.name());
            }
        }
    }

    private static void requireTablespaces(List<String> tablespaces) {
        if (!tablespaces.isEmpty()) {
            throw missing("tablespace " + tablespaces.getFirst());
        }
    }

    /** The owner of the database is that of the schema public, and may make schemas. */
    private void own(Session live, String self, String owner) {
        var database = "DATABASE " + new Identifier(session.text("SELECT current_database()")).sql();
        session.execute("ALTER " + database + " OWNER TO " + new Identifier(owner).sql());
        if (live.is("SELECT pg_catalog.has_database_privilege(current_database(), 'CREATE')")) {
            session.execute("GRANT CREATE ON " + database + " TO " + new Identifier(self).sql());
        }
    }

    private void roles(Session live, TargetRequirements wanted, List<String> selves) {
        Set<String> names = new LinkedHashSet<>(wanted.roles());
        names.addAll(wanted.actors());
        names.addAll(selves);
        for (var name : names) {
            if (!session.is("SELECT count(*) > 0 FROM pg_catalog.pg_roles WHERE rolname = ?", name)) {
                var isSuper = live.is("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = ?", name);
                session.execute("CREATE ROLE " + new Identifier(name).sql() + (isSuper ? " SUPERUSER" : ""));
            }
        }
        var all = names.toArray(String[]::new);
        live.query(
                        """
                        SELECT ARRAY[g.rolname, m.rolname]::text[] FROM pg_catalog.pg_auth_members a
                        JOIN pg_catalog.pg_roles g ON g.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member
                        WHERE g.rolname = ANY (?) AND m.rolname = ANY (?)""",
                        row -> Arrays.stream((String[]) row.getArray(1).getArray())
                                .map(Identifier::new)
                                .toList(),
                        all,
                        all)
                .forEach(pair -> session.execute("GRANT " + pair.getFirst().sql() + " TO "
                        + pair.getLast().sql()));
    }

    static GodwitException missing(String why) {
        return Problem.of(
                        "no-forecast",
                        "No forecast of what statements do: %s.".formatted(why),
                        "They are run as they are; try them on a copy of the database first.")
                .asException();
    }

    @Override
    public void close() {
        try (server) {
            session.close();
        }
    }
}
