package godwit.postgres.change;

import godwit.Problem;
import godwit.change.plan.Catalog;
import godwit.postgres.Session;
import godwit.run.Pace;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who uses the old version, as samples of the locks show.
 *
 * <p>A session uses the old version while it holds a lock on one of its views, or on a table and none on a view of the new
 * version; checks of foreign keys lock tables on behalf of either. Sessions that are idle hold none: what they will use is not to be known.
 */
final class Usage {
    private static final Duration BETWEEN = Duration.ofMillis(15);
    private static final int NAMED_MAX = 5;

    private static final String USERS = """
            WITH locks AS (
              SELECT l.pid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_locks l
              JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              WHERE l.locktype = 'relation' AND l.pid <> pg_backend_pid()
                AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
            SELECT DISTINCT a.pid, a.application_name, a.usename::text FROM locks l
            JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE a.backend_type = 'client backend' AND a.application_name !~ '^godwit'
              AND (l.nspname = ANY (?) OR l.nspname = ? AND l.relkind IN ('r', 'p') AND NOT EXISTS (
                SELECT FROM locks v WHERE v.pid = l.pid AND v.nspname = ?))""";

    private final Session session;
    private final Catalog catalog;
    private final Identifier version;
    private final Pace pace;

    Usage(Session session, Catalog catalog, Identifier version, Pace pace) {
        this.session = session;
        this.catalog = catalog;
        this.version = version;
        this.pace = pace;
    }

    /** A session that was seen using the old version. */
    record User(int pid, String application, String role) {
        Map<String, Object> report() {
            return Map.of("pid", pid, "application", application, "role", role);
        }
    }

    /** @throws godwit.GodwitException version-in-use, with the pids that were seen meanwhile */
    void requireNone(Duration time) {
        var users = sample(time);
        if (!users.isEmpty()) {
            var named = users.stream()
                    .limit(NAMED_MAX)
                    .map(user -> "%s as %s".formatted(user.application(), user.role()))
                    .distinct()
                    .collect(Collectors.joining(", "));
            throw Problem.of(
                            "version-in-use",
                            "%d sessions use the old version: %s.".formatted(users.size(), named),
                            "Have them use the new version or end them, then complete again.")
                    .withPids(users.stream().map(User::pid).toList())
                    .asException();
        }
    }

    /** Looks again and again for a while. */
    List<User> sample(Duration time) {
        var until = pace.nanos() + time.toNanos();
        var found = new LinkedHashMap<Integer, User>();
        do {
            session.query(
                            USERS,
                            row -> new User(
                                    row.getInt(1), String.valueOf(row.getString(2)), String.valueOf(row.getString(3))),
                            catalog.version()
                                    .map(v -> new String[] {v.schema().name()})
                                    .orElse(new String[0]),
                            catalog.schema().name(),
                            version.name())
                    .forEach(user -> found.put(user.pid(), user));
            pace.pause(BETWEEN);
        } while (pace.nanos() < until);
        return List.copyOf(found.values());
    }
}
