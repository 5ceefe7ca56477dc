package godwit.bench;

import godwit.embedded.EmbeddedPostgres;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.Exemption;
import godwit.postgres.RowLimit;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.apply.StreamStart;
import godwit.postgres.capture.SlotReader;
import godwit.postgres.capture.StreamProtocol;
import godwit.postgres.capture.StreamSource;
import godwit.postgres.catalog.TableReader;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.numbers.ObjectNumbers;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** Our own reader and applier on one recorded slot. */
final class Applying implements AutoCloseable {
    private static final long SECONDS_MAX = 1200;

    private final Servers servers;
    private final String source;
    private final String slot;
    private final StreamApplier applier;

    Applying(Servers servers, String source, String target, String slot) {
        this.servers = servers;
        this.source = source;
        this.slot = slot;
        this.applier = opened(database(servers.source(), source), database(servers.target(), target));
    }

    private static Database database(EmbeddedPostgres server, String name) {
        var endpoint = Endpoint.parse(server.url(name));
        return new Database(() -> endpoint);
    }

    private StreamApplier opened(Database from, Database to) {
        var progress = new StreamProgress(UUID.randomUUID(), "forward");
        var session = to.openApplying("apply", new Exemption("bench"));
        session.execute("CREATE SCHEMA godwit");
        session.execute(StreamProgress.TABLE);
        try (var followed = from.open("look")) {
            var position = Lsn.parse(followed.text(
                    "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?", slot));
            var tables = new TableReader(followed.connection())
                    .read().stream()
                            .filter(table -> table.name().name().name().equals("account"))
                            .toList();
            var xid = followed.number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
            var start = new StreamStart(
                    Side.SOURCE,
                    progress,
                    position,
                    Optional.of(position),
                    tables,
                    Map.of(),
                    RangeJoin.none(from),
                    xid,
                    true,
                    new ObjectNumbers(from, to));
            var reader = SlotReader.open(
                    from,
                    new StreamSource(slot, "bench", true, new RowLimit(1 << 28), StreamProtocol.STREAMED),
                    position);
            return new StreamApplier(reader, session, start);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Seconds until all changes before a position are flushed and confirmed. */
    double until(String end) {
        var watch = new Stopwatch();
        applier.begin();
        awaitConfirmed(servers.source(), source, slot, end);
        return watch.seconds();
    }

    static void awaitConfirmed(EmbeddedPostgres server, String database, String slot, String end) {
        var watch = new Stopwatch();
        var confirmed = "SELECT confirmed_flush_lsn >= '%s' FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(end, slot);
        while (!Servers.text(server, database, confirmed).equals("t")) {
            if (watch.seconds() > SECONDS_MAX) {
                throw new IllegalStateException(slot + " is not confirmed after " + SECONDS_MAX + " s");
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** Drops a slot as soon as nobody has it any more. */
    static void drop(EmbeddedPostgres server, String database, String slot) {
        var active = "SELECT active FROM pg_replication_slots WHERE slot_name = '%s'".formatted(slot);
        while (Servers.text(server, database, active).equals("t")) {
            LockSupport.parkNanos(50_000_000);
        }
        Servers.execute(server, database, List.of("SELECT pg_drop_replication_slot('%s')".formatted(slot)));
    }

    @Override
    public void close() {
        applier.close();
        drop(servers.source(), source, slot);
    }
}
