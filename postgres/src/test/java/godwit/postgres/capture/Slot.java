package godwit.postgres.capture;

import static org.awaitility.Awaitility.await;

import godwit.move.Lsn;
import godwit.postgres.Database;
import godwit.postgres.Pair;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import java.util.List;
import java.util.stream.Collectors;

/** A slot on the source that publishes all its tables, and the readers that a test opens on it. */
final class Slot implements AutoCloseable {
    private final Database database;
    private final Session session;
    private final String name;
    private final Lsn from;

    private Slot(Database database, String name) {
        this.database = database;
        this.name = name;
        this.session = database.open("test");
        var tables = Pair.tables(database).stream()
                .map(table -> "ONLY " + table.name().sql())
                .collect(Collectors.joining(", "));
        session.execute("CREATE PUBLICATION " + name + " FOR TABLE " + tables);
        this.from = Lsn.parse(
                session.text("SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')", name));
    }

    static Slot create(Pair pair) {
        return new Slot(pair.source(), pair.name());
    }

    SlotReader open(Lsn position) {
        return SlotReader.open(
                database, new StreamSource(name, name, false, new RowLimit(512 << 20), StreamProtocol.WHOLE), position);
    }

    SlotReader openBinary() {
        return SlotReader.open(
                database, new StreamSource(name, name, true, new RowLimit(512 << 20), StreamProtocol.WHOLE), from);
    }

    Lsn from() {
        return from;
    }

    /** All that was committed since the slot was created. */
    List<String> read() {
        end();
        try (var reader = open(from)) {
            return new Transcript(reader).untilEnd();
        }
    }

    /** Writes the message that ends a transcript. */
    void end() {
        session.text("SELECT pg_logical_emit_message(true, 'end', '')::text");
    }

    /** The server ends the connection of whoever reads the slot, as a failing network does. */
    void kill() {
        session.text(
                "SELECT pg_terminate_backend(active_pid)::text FROM pg_replication_slots WHERE slot_name = ?", name);
    }

    boolean isFree() {
        return !session.is("SELECT active FROM pg_replication_slots WHERE slot_name = ?", name);
    }

    /** Before which position the server sends nothing again. */
    Lsn confirmed() {
        return Lsn.parse(
                session.text("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?", name));
    }

    /** When the reader was heard last, by its own clock, in microseconds. */
    long heardAt() {
        return session.number("""
                SELECT (extract(epoch FROM reply_time) * 1000000)::bigint FROM pg_stat_replication r
                JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = ?""", name);
    }

    @Override
    public void close() {
        kill();
        await().until(this::isFree);
        session.text(
                "SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = ?", name);
        session.close();
    }
}
