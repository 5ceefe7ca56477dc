package godwit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.embedded.EmbeddedPostgres;
import godwit.postgres.catalog.TableReader;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** An empty database on each of two servers, for one test, with a session in each. */
public final class Pair implements AutoCloseable {
    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname NOT IN ('godwit', 'information_schema') AND n.nspname !~ '^pg_'
              AND c.relpersistence = 'p' ORDER BY 1, 2""";

    private final EmbeddedPostgres sourceServer;
    private final EmbeddedPostgres targetServer;
    private final String name;
    private final Database source;
    private final Database target;
    private final Session atSource;
    private final Session atTarget;

    public Pair(EmbeddedPostgres sourceServer, EmbeddedPostgres targetServer) {
        this.sourceServer = sourceServer;
        this.targetServer = targetServer;
        this.name = "t" + UUID.randomUUID().toString().substring(0, 8);
        this.source = created(sourceServer, name);
        this.target = created(targetServer, name);
        this.atSource = application(source);
        this.atTarget = application(target);
    }

    private static Database created(EmbeddedPostgres server, String name) {
        try (var session = at(server.url("postgres")).open("test")) {
            session.execute("CREATE DATABASE " + name);
        }
        return at(server.url(name));
    }

    /** The database at an address. */
    public static Database at(String url) {
        return new Database(() -> Endpoint.parse(url));
    }

    /** A session as an application has it. */
    public static Session application(Database database) {
        var session = database.open("application");
        session.execute("SET search_path = public; SET application_name = 'application'; SET lock_timeout = 0");
        return session;
    }

    public String name() {
        return name;
    }

    public Database source() {
        return source;
    }

    public Database target() {
        return target;
    }

    public EmbeddedPostgres sourceServer() {
        return sourceServer;
    }

    public EmbeddedPostgres targetServer() {
        return targetServer;
    }

    /** Runs statements in the source as the application does. */
    public Pair source(String sql) {
        atSource.execute(sql);
        return this;
    }

    /** Runs statements in the target as the application does. */
    public Pair target(String sql) {
        atTarget.execute(sql);
        return this;
    }

    /** Runs statements in both databases. */
    public Pair both(String sql) {
        return source(sql).target(sql);
    }

    /** Sees to it that both servers have a role; others may have made it, since servers are shared. */
    public Pair role(String name, String options) {
        return both("DO $$ BEGIN CREATE ROLE %s %s; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
                .formatted(name, options));
    }

    public Session atSource() {
        return atSource;
    }

    public Session atTarget() {
        return atTarget;
    }

    /** The source's tables as a move sees them. */
    public static List<Table> tables(Database database) {
        try (var session = database.open("test")) {
            return new TableReader(session.connection()).read();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All rows of all tables as text, each with its table's name. */
    public static List<String> rows(Database database) {
        try (var session = database.open("test")) {
            var rows = new ArrayList<String>();
            for (var table : session.query(TABLES, row -> TableName.of(row.getString(1), row.getString(2)))) {
                rows.addAll(session.query(
                        "SELECT t::text FROM ONLY " + table.sql() + " t ORDER BY t::text COLLATE \"C\"",
                        row -> table + " " + row.getString(1)));
            }
            return rows;
        }
    }

    /** Both databases have equal rows in equal tables, by the text of each row. */
    public void assertSame() {
        assertThat(rows(target)).isEqualTo(rows(source));
    }

    /** The rows of a query in the target, each as text. */
    public List<String> targetRows(String sql) {
        return atTarget.query(sql, row -> row.getString(1));
    }

    @Override
    public void close() {
        atSource.close();
        atTarget.close();
        source.close();
        target.close();
        drop(sourceServer);
        drop(targetServer);
    }

    /** Takes what a test left open along: the servers are others' next. */
    private void drop(EmbeddedPostgres server) {
        try (var session = at(server.url("postgres")).open("test")) {
            session.query(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ?",
                    row -> true,
                    name);
            session.execute("DROP DATABASE " + name + " WITH (FORCE)");
        }
    }
}
