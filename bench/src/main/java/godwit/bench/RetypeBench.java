package godwit.bench;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** An int key that another table refers to becomes a bigint while it is written, against ALTER TABLE under its lock. */
final class RetypeBench implements Bench {
    private static final String DATABASE = "retype";
    private static final double WAIT_SECONDS = 1;
    private static final String OPERATIONS =
            "  - alter_column: {table: parents, column: id, type: bigint, up: id, down: 'id::int'}\n";

    private static final List<String> BLUNT = List.of("""
            BEGIN; ALTER TABLE children DROP CONSTRAINT children_parent_fkey; ALTER TABLE parents ALTER id TYPE bigint;
            ALTER TABLE children ALTER parent TYPE bigint;
            ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents; COMMIT""");

    @Override
    public String name() {
        return "retype";
    }

    @Override
    public List<String> programs() {
        return List.of();
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        var waits = new ArrayList<Double>();
        var seconds = Turns.take(setting.runs(), run -> ours(setting, waits), run -> blunt(setting));
        var all = new LinkedHashMap<String, Comparison>();
        var rows = 4 * parents(setting);
        all.put(
                "time",
                new Comparison(
                        name(),
                        "ALTER TABLE under lock, at most 4 x",
                        "rows/s",
                        rows,
                        seconds.getFirst(),
                        seconds.getLast(),
                        0.25));
        all.put(
                "wait",
                new Comparison(
                        name(),
                        "a second for each writer",
                        "ms",
                        1,
                        waits,
                        waits.stream().map(any -> WAIT_SECONDS).toList(),
                        1));
        return all;
    }

    private static long parents(Setting setting) {
        return Math.max(1000, (long) (2_000_000 * setting.scale()));
    }

    private static void create(Setting setting) {
        var source = setting.servers().source();
        Servers.execute(
                source,
                "postgres",
                List.of("DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)", "CREATE DATABASE " + DATABASE));
        Servers.execute(
                source,
                DATABASE,
                List.of(
                        "CREATE TABLE parents (id int PRIMARY KEY, name text)",
                        "CREATE TABLE children (id int PRIMARY KEY, parent int NOT NULL, note text)",
                        "INSERT INTO parents SELECT i, 'p' || i FROM generate_series(1, %d) i"
                                .formatted(parents(setting)),
                        "INSERT INTO children SELECT i, 1 + i %% %1$d, 'c' || i FROM generate_series(1, 3 * %1$d) i"
                                .formatted(parents(setting)),
                        "ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents",
                        "CREATE INDEX ON children (parent)",
                        "ANALYZE"));
        setting.servers().settle();
    }

    private static double blunt(Setting setting) {
        create(setting);
        return Stopwatch.of(() -> Servers.execute(setting.servers().source(), DATABASE, BLUNT));
    }

    private static double ours(Setting setting, List<Double> waits) {
        create(setting);
        var change = new Change(setting, DATABASE, OPERATIONS);
        try (var writer = new Writer(setting)) {
            var seconds = Stopwatch.of(() -> {
                change.verb("start", "--workers", Integer.toString(setting.jobs()));
                writer.leaveOldVersion();
                change.verb("complete", "--unused-for", "100ms");
            });
            waits.add(writer.longestSeconds());
            return seconds;
        }
    }

    /** A client that goes on writing, in the old version and then in the new one. */
    private static final class Writer implements AutoCloseable {
        private final Setting setting;
        private final Thread thread;
        private final AtomicLong longest = new AtomicLong();
        private final AtomicLong written = new AtomicLong();
        private volatile String schema = "public";
        private volatile boolean isStopped;

        Writer(Setting setting) {
            this.setting = setting;
            this.thread = Thread.ofPlatform().daemon().start(this::work);
        }

        private void work() {
            try (var connection = Servers.connect(setting.servers().source(), DATABASE);
                    var statement = connection.createStatement()) {
                while (!isStopped) {
                    var row = 1 + Math.floorMod(System.nanoTime(), parents(setting));
                    var began = System.nanoTime();
                    statement.execute("UPDATE " + schema + ".parents SET name = 'again' WHERE id = " + row);
                    statement.execute("UPDATE " + schema + ".children SET parent = " + row + " WHERE id = " + row);
                    longest.accumulateAndGet(System.nanoTime() - began, Math::max);
                    written.incrementAndGet();
                    LockSupport.parkNanos(2_000_000);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        void leaveOldVersion() {
            schema = "public_02_change";
            var from = written.get();
            while (thread.isAlive() && written.get() < from + 2) {
                LockSupport.parkNanos(1_000_000);
            }
        }

        double longestSeconds() {
            if (!thread.isAlive()) {
                throw new IllegalStateException("the writer failed");
            }
            return longest.get() / 1e9;
        }

        @Override
        public void close() {
            isStopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
