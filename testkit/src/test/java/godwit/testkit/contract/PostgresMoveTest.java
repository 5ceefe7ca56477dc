package godwit.testkit.contract;

import static org.awaitility.Awaitility.await;

import godwit.move.MoveLimits;
import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import godwit.move.UrlReference;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.postgres.move.MoveAccess;
import godwit.run.MoveSteps;
import godwit.testkit.fake.FakeTable;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneServer.class)
class PostgresMoveTest implements MoveContract, MoveContract.Ground {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** A body is long enough to be stored out of line. */
    private static final int BODY_LENGTH = 3000;

    private final UUID run = UUID.randomUUID();
    private final OneServer.Named source;
    private final OneServer.Named target;
    private final MoveAccess access;
    private final Session atSource;
    private final Session atTarget;
    private final List<AutoCloseable> opened = new ArrayList<>();

    PostgresMoveTest(OneServer.Databases server) {
        source = server.named();
        target = server.named();
        atSource = source.database().open("look");
        atTarget = target.database().open("look");
        atSource.execute("""
                CREATE SCHEMA app;
                CREATE TABLE app.persons (id int PRIMARY KEY, u int UNIQUE DEFERRABLE, body text);
                CREATE TABLE app.notes (id int, u int, body text);
                ALTER TABLE app.persons ALTER body SET STORAGE EXTERNAL;
                ALTER TABLE app.notes ALTER body SET STORAGE EXTERNAL;
                ALTER TABLE app.notes REPLICA IDENTITY FULL""");
        access = new MoveAccess(spec(), Path.of("."), Map.of("SOURCE_URL", source.url(), "TARGET_URL", target.url()));
        var ledger = access.ledger(atTarget);
        ledger.create();
        ledger.begin(run, access.spec().name(), "");
    }

    private static MoveSpec spec() {
        return new MoveSpec(
                "contract",
                new UrlReference.Environment("SOURCE_URL"),
                new UrlReference.Environment("TARGET_URL"),
                MoveSpec.TableSelection.ALL,
                Map.of(),
                new SwitchSpec(List.of(), 5, 3000, 10, 300),
                MoveLimits.DEFAULT);
    }

    @AfterEach
    void close() throws Exception {
        for (var each : opened) {
            each.close();
        }
        atSource.close();
        atTarget.close();
    }

    private Session at(Side side) {
        return side == Side.SOURCE ? atSource : atTarget;
    }

    private Database database(Side side) {
        return side == Side.SOURCE ? source.database() : target.database();
    }

    private static String name(FakeTable table) {
        return "app." + table.name().toLowerCase(Locale.ROOT);
    }

    private record PostgresClient(Session session) implements Client {
        private Client run(String sql) {
            session.execute(sql);
            return this;
        }

        private static String one(FakeTable table, int id) {
            return " WHERE ctid = (SELECT ctid FROM %s WHERE id = %d LIMIT 1)".formatted(name(table), id);
        }

        @Override
        public Client insert(FakeTable table, int id, int unique, int body) {
            return run("INSERT INTO %s VALUES (%d, %d, lpad('%d', %d, '0'))"
                    .formatted(name(table), id, unique, body, BODY_LENGTH));
        }

        @Override
        public Client change(FakeTable table, int id, int newId, int newUnique) {
            return run("SET CONSTRAINTS ALL DEFERRED; UPDATE %s SET id = %d, u = %d"
                            .formatted(name(table), newId, newUnique)
                    + one(table, id));
        }

        @Override
        public Client delete(FakeTable table, int id) {
            return run("DELETE FROM " + name(table) + one(table, id));
        }

        @Override
        public Client truncate(FakeTable table) {
            return run("TRUNCATE " + name(table));
        }

        @Override
        public void commit() {
            session.commit();
            session.close();
        }
    }

    @Override
    public Ground ground() {
        return this;
    }

    @Override
    public MoveSteps process() {
        var steps = access.steps(run);
        opened.add(steps);
        return steps;
    }

    @Override
    public void kill() {
        for (var side : Side.values()) {
            at(side).query(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                    + " WHERE application_name LIKE 'godwit%' AND datname = current_database()"
                                    + " AND pid <> pg_backend_pid()",
                            row -> row.getBoolean(1));
        }
    }

    @Override
    public Client begin(Side side) {
        var client = database(side).open("client");
        client.execute("SET application_name = 'client'");
        opened.add(client::abort);
        client.begin();
        return new PostgresClient(client);
    }

    @Override
    public boolean takesWrites(Side side) {
        var url = (side == Side.SOURCE ? source : target).jdbcUrl();
        try (var client = DriverManager.getConnection(url);
                var statement = client.createStatement()) {
            statement.execute("SET statement_timeout = '300ms'");
            client.setAutoCommit(false);
            statement.execute("INSERT INTO app.notes VALUES (0, 0, '')");
            client.rollback();
            return true;
        } catch (SQLException refused) {
            return false;
        }
    }

    @Override
    public void damage(Side side, FakeTable table, int id) {
        try (var intruder = database(side).open("client")) {
            intruder.execute("SET session_replication_role = replica");
            intruder.query(
                    "SELECT set_config('godwit.exempt', substr(proname, 6), false) FROM pg_proc WHERE proname ~ '^gate_'",
                    row -> row.getString(1));
            intruder.execute("DELETE FROM %s WHERE id = %d".formatted(name(table), id));
        }
    }

    @Override
    public List<String> rows(Side side, FakeTable table) {
        return at(side).query(
                        "SELECT format('%%s,%%s,%%s', id, u, ltrim(body, '0')) FROM %s ORDER BY 1"
                                .formatted(name(table)),
                        row -> row.getString(1));
    }

    @Override
    public boolean hasTraces(Side side) {
        return at(side).query("""
                SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'godwit')
                    OR EXISTS (SELECT FROM pg_replication_slots WHERE database = current_database())
                    OR EXISTS (SELECT FROM pg_publication)
                    OR EXISTS (SELECT FROM pg_trigger WHERE tgname ~ 'godwit')""", row -> row.getBoolean(1)).getFirst();
    }

    @Override
    public boolean hasTables(Side side) {
        return at(side).query("SELECT to_regclass('app.persons') IS NOT NULL", row -> row.getBoolean(1))
                .getFirst();
    }

    @Override
    public void during(Runnable step, Runnable meanwhile) {
        var running = CompletableFuture.runAsync(step);
        await().atMost(PATIENCE)
                .until(() -> at(Side.SOURCE)
                        .query(
                                "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE database = current_database())",
                                row -> row.getBoolean(1))
                        .getFirst());
        meanwhile.run();
        running.join();
    }

    @Override
    public void until(BooleanSupplier condition) {
        await().atMost(PATIENCE).until(condition::getAsBoolean);
    }
}
