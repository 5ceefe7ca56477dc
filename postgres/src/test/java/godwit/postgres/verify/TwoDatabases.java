package godwit.postgres.verify;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.embedded.EmbeddedPostgres;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.Session;
import godwit.postgres.catalog.TableReader;
import godwit.schema.Table;
import godwit.verify.RowDifference;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** An empty database on the leader and one on the follower, for one test. */
final class TwoDatabases implements AutoCloseable {
    private static final VerifyLimits LIMITS = new VerifyLimits(2, 100, 4_000_000);

    private final Database leaderDatabase;
    private final Database followerDatabase;
    private final Session leader;
    private final Session follower;

    private TwoDatabases(Database leaderDatabase, Database followerDatabase) {
        this.leaderDatabase = leaderDatabase;
        this.followerDatabase = followerDatabase;
        this.leader = leaderDatabase.open("test");
        this.follower = followerDatabase.open("test");
    }

    static TwoDatabases create(EmbeddedPostgres leader, EmbeddedPostgres follower) {
        var name = "t" + UUID.randomUUID().toString().replace("-", "");
        return new TwoDatabases(database(leader, name), database(follower, name));
    }

    /** The same leader with a follower that keeps texts in other bytes. */
    TwoDatabases withFollowerInLatin1() {
        var address = followerDatabase.endpoint();
        var name = address.database() + "latin1";
        follower.execute("CREATE DATABASE " + name + " ENCODING 'LATIN1' TEMPLATE template0");
        var url = "postgresql://postgres@127.0.0.1:%d/%s".formatted(address.port(), name);
        return new TwoDatabases(leaderDatabase, new Database(() -> Endpoint.parse(url)));
    }

    Session leader() {
        return leader;
    }

    Session follower() {
        return follower;
    }

    /** Runs statements on both sides. */
    TwoDatabases both(String sql) {
        leader.execute("SET search_path = public; " + sql);
        follower.execute("SET search_path = public; " + sql);
        return this;
    }

    /** Damages the follower behind the back of its triggers and foreign keys. */
    TwoDatabases corrupt(String sql) {
        follower.execute("SET search_path = public; SET session_replication_role = replica; " + sql);
        return this;
    }

    List<Table> tables() throws SQLException {
        return new TableReader(leader.connection()).read();
    }

    Verification compare() throws SQLException {
        return compare(LIMITS);
    }

    Verification compare(VerifyLimits limits) throws SQLException {
        try (var here = new Snapshot(leaderDatabase);
                var there = new Snapshot(followerDatabase)) {
            return new Comparer(here, there, limits).compare(UUID.randomUUID(), "test", "0/0", tables());
        }
    }

    long repair(Verification found) throws SQLException {
        return repair(found, LIMITS);
    }

    long repair(Verification found, VerifyLimits limits) throws SQLException {
        var tables = tables();
        try (var here = new Snapshot(leaderDatabase);
                var writer = followerDatabase.open("repair")) {
            writer.execute("SET session_replication_role = replica");
            return writer.transaction(
                    session -> new Repairer(here, session.connection(), limits).repair(tables, found));
        }
    }

    /** Repairs what was found and compares again. */
    void assertRepaired(Verification found, long rows) throws SQLException {
        assertThat(repair(found)).isEqualTo(rows);
        assertThat(compare().isEqual()).isTrue();
    }

    /** The rows that were reported, of all tables. */
    static List<RowDifference> rows(Verification found) {
        return found.tables().stream()
                .map(TableDifference::rows)
                .flatMap(List::stream)
                .toList();
    }

    Snapshot leaderSnapshot() throws SQLException {
        return new Snapshot(leaderDatabase);
    }

    Snapshot followerSnapshot() throws SQLException {
        return new Snapshot(followerDatabase);
    }

    @Override
    public void close() {
        leader.close();
        follower.close();
    }

    private static Database database(EmbeddedPostgres server, String name) {
        try (var session = new Database(() -> Endpoint.parse(server.url("postgres"))).open("test")) {
            session.execute("CREATE DATABASE " + name);
        }
        return new Database(() -> Endpoint.parse(server.url(name)));
    }

    /** A snapshot that a session of its own keeps while others import it. */
    static final class Snapshot implements SnapshotSessions, AutoCloseable {
        private final Database database;
        private final Session keeper;
        private final String name;
        private final List<Integer> pids = new ArrayList<>();

        Snapshot(Database database) throws SQLException {
            this.database = database;
            this.keeper = database.open("snapshot");
            keeper.connection().setAutoCommit(false);
            keeper.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            this.name = keeper.text("SELECT pg_export_snapshot()");
        }

        @Override
        public Connection open() throws SQLException {
            var session = database.open("verify");
            session.connection().setAutoCommit(false);
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            session.execute("SET TRANSACTION SNAPSHOT '" + name + "'");
            synchronized (pids) {
                pids.add(session.pid());
            }
            return session.connection();
        }

        /** The server processes of the sessions that were opened. */
        List<Integer> pids() {
            synchronized (pids) {
                return List.copyOf(pids);
            }
        }

        @Override
        public void close() {
            keeper.close();
        }
    }
}
