package godwit.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final int ROWS = 5000;
    private static EmbeddedPostgres server;

    private CaseDatabase database;
    private Connection connection;

    @BeforeAll
    static void startServer() {
        server = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createDatabase() throws SQLException {
        administer("CREATE DATABASE app");
        connection = DriverManager.getConnection(server.jdbcUrl("app"));
        database = CaseDatabase.create(connection, ROWS);
        connection.setAutoCommit(true);
    }

    @AfterEach
    void dropDatabases() throws SQLException {
        connection.close();
        administer("DROP DATABASE app WITH (FORCE)");
        administer("DROP DATABASE IF EXISTS other WITH (FORCE)");
    }

    @Test
    void theDatabaseHasTheRowsThatWereAskedFor() throws SQLException {
        var rows = 0L;
        for (var table :
                List.of("agencies", "officers", "persons", "cases", "case_persons", "evidence", "audit_notes")) {
            rows += Sql.number(connection, "SELECT count(*) FROM " + table);
        }

        assertThat(rows).isEqualTo(ROWS).isEqualTo(database.rows());
        assertThat(database.cases()).isEqualTo(Sql.number(connection, "SELECT max(id) FROM cases"));
    }

    @Test
    void everyInvariantHoldsAfterWork() throws SQLException {
        try (var workload = start(server.jdbcUrl("app"))) {
            awaitCommits(workload, 400);
            workload.pause();

            assertThat(Invariants.check(connection, workload))
                    .hasSizeGreaterThan(8)
                    .allMatch(Invariant::holds);
            assertThat(workload.failures()).isEmpty();
            assertThat(workload.report().failed()).isZero();
            assertThat(workload.report().p50Millis())
                    .isPositive()
                    .isLessThanOrEqualTo(workload.report().maxMillis());
        }
    }

    @Test
    void noTransactionIsOpenDuringAPauseAndWorkGoesOnAfterIt() throws SQLException {
        try (var workload = start(server.jdbcUrl("app"))) {
            awaitCommits(workload, 50);

            workload.pause();
            var committed = workload.report().committed();
            assertThat(Sql.number(
                            connection, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE '%in transaction%'"))
                    .isZero();
            assertThat(workload.report().committed()).isEqualTo(committed);

            workload.resume();
            awaitCommits(workload, committed + 50);
        }
    }

    @Test
    void aLostADoubledAndAnInventedOperationAreFound() throws SQLException {
        try (var workload = start(server.jdbcUrl("app"))) {
            awaitCommits(workload, 100);
            workload.pause();

            execute("DELETE FROM operations WHERE ctid = (SELECT min(ctid) FROM operations)");
            execute("INSERT INTO operations SELECT * FROM operations WHERE ctid = (SELECT min(ctid) FROM operations)");
            execute("INSERT INTO operations SELECT client, 999999, kind, case_id FROM operations LIMIT 1");

            assertThat(Tally.of(connection, workload)).isEqualTo(new Tally(1, 1, 1));
            assertThat(broken(workload))
                    .contains(
                            "no acknowledged operation is lost",
                            "no operation is there twice",
                            "no operation is there that nobody did");
        }
    }

    @Test
    void brokenDataBreaksItsInvariant() throws SQLException {
        try (var workload = start(server.jdbcUrl("app"))) {
            awaitCommits(workload, 100);
            workload.pause();

            execute("SET session_replication_role = replica");
            execute("UPDATE cases SET budget = budget + 1 WHERE id = 1");
            execute("DELETE FROM persons WHERE id = (SELECT max(person_id) FROM case_persons)");
            execute("DELETE FROM audit_notes WHERE ctid IN (SELECT ctid FROM audit_notes WHERE client IS NOT NULL)");
            execute("INSERT INTO case_history (case_id, state) VALUES (1, 'open')");
            execute("UPDATE agencies SET chief = chief + 1 WHERE id = 1");

            assertThat(broken(workload))
                    .containsExactlyInAnyOrder(
                            "the budgets add up to what they were",
                            "every link has its case and its person",
                            "every case has the notes that were acknowledged",
                            "every change of state is in the history once",
                            "every agency's chief works there");
        }
    }

    @Test
    void whatTheDatabaseItselfForbidsIsFoundToo() throws SQLException {
        try (var workload = start(server.jdbcUrl("app"))) {
            awaitCommits(workload, 50);
            workload.pause();

            execute("SET session_replication_role = replica");
            execute("ALTER TABLE audit_notes_2024 RENAME TO audit_notes_2023");
            execute("ALTER TABLE persons ALTER search_name DROP EXPRESSION");
            execute("UPDATE persons SET search_name = 'somebody else' WHERE id = 1");
            execute("ALTER TABLE evidence DROP CONSTRAINT evidence_pkey");
            execute("INSERT INTO evidence OVERRIDING SYSTEM VALUE SELECT * FROM evidence WHERE id = 1");

            assertThat(broken(workload))
                    .containsExactlyInAnyOrder(
                            "every note is in the partition of its year",
                            "every generated name follows its person's name",
                            "no two rows share an identity");
        }
    }

    @Test
    void aSideThatRefusesWritesIsMetAgainAndIsNoFailure() throws SQLException {
        try (var workload = start(server.jdbcUrl("app"))) {
            awaitCommits(workload, 50);

            execute("""
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN RAISE EXCEPTION 'not here' USING ERRCODE = '25006'; END$$
                    """);
            execute("CREATE TRIGGER refuse BEFORE INSERT ON operations FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
            await().atMost(Duration.ofSeconds(30)).until(() -> workload.report().retried() > 20);
            execute("DROP TRIGGER refuse ON operations");
            awaitCommits(workload, workload.report().committed() + 50);
            workload.pause();

            assertThat(workload.report().failed()).isZero();
            assertThat(broken(workload)).isEmpty();
        }
    }

    @Test
    void clientsFollowTheRouteToTheOtherSide() throws SQLException {
        var side = new AtomicReference<>(server.jdbcUrl("app"));
        try (var workload = Workload.start(database, side::get, Load.of(4))) {
            awaitCommits(workload, 50);

            workload.pause();
            execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = 'app' AND pid <> pg_backend_pid()");
            connection.close();
            administer("CREATE DATABASE other TEMPLATE app");
            side.set(server.jdbcUrl("other"));
            connection = DriverManager.getConnection(server.jdbcUrl("other"));
            workload.resume();
            awaitCommits(workload, workload.report().committed() + 50);
            workload.pause();

            assertThat(workload.report().failed()).isZero();
            assertThat(broken(workload)).isEmpty();
        }
    }

    private Workload<CaseDatabase> start(String url) throws SQLException {
        return Workload.start(database, () -> url, Load.of(4));
    }

    private List<String> broken(Workload<CaseDatabase> workload) throws SQLException {
        return Invariants.check(connection, workload).stream()
                .filter(invariant -> !invariant.holds())
                .map(Invariant::name)
                .toList();
    }

    private static void awaitCommits(Workload<?> workload, long commits) {
        await().atMost(Duration.ofSeconds(60)).until(() -> workload.report().committed() >= commits);
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void administer(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
