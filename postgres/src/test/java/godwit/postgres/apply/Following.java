package godwit.postgres.apply;

import static java.util.Objects.requireNonNull;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import godwit.postgres.capture.SlotReader;
import godwit.postgres.capture.StreamProtocol;
import godwit.postgres.capture.StreamSource;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.numbers.ObjectNumbers;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One database followed by another with the real stream, which a test may end and begin again as it likes. */
public final class Following implements AutoCloseable {
    private static final Duration CATCH_UP_MAX = Duration.ofSeconds(90);

    private final Database from;
    private final Database to;
    private final StreamProgress progress;
    private final String name;
    private Map<TableName, Snapshot> copies = Map.of();
    private @Nullable StreamApplier applier;
    private Optional<UUID> ranged = Optional.empty();
    private Side followed = Side.SOURCE;
    private UnaryOperator<Table> selecting = UnaryOperator.identity();
    private int applyingPid;
    private StreamProtocol protocol = StreamProtocol.STREAMED;
    private StreamProtocol used = protocol;
    private RowLimit limit = new RowLimit(512 << 20);

    private Following(Database from, Database to, StreamProgress progress) {
        this.from = from;
        this.to = to;
        this.progress = progress;
        this.name = "f" + progress.run().toString().substring(0, 8) + "_" + progress.stream();
    }

    /** Publishes all tables and makes the slot; nothing is read before {@link #open}. */
    public static Following prepare(Database from, Database to, StreamProgress progress) {
        var following = new Following(from, to, progress);
        following.publish();
        return following;
    }

    /** Follows the source from now on. */
    public static Following of(Pair pair) {
        return prepare(pair.source(), pair.target(), new StreamProgress(UUID.randomUUID(), "forward"))
                .open();
    }

    private void publish() {
        var tables = tables().stream().map(t -> "ONLY " + t.name().sql()).collect(Collectors.joining(", "));
        try (var session = from.open("test");
                var saving = to.open("test")) {
            session.execute("CREATE PUBLICATION " + name + " FOR TABLE " + tables);
            var position =
                    session.text("SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')", name);
            saving.execute("CREATE SCHEMA IF NOT EXISTS godwit");
            saving.execute(StreamProgress.TABLE);
            progress.save(saving, Lsn.parse(position));
        }
    }

    private List<Table> tables() {
        return Pair.tables(from);
    }

    /** Tables that were copied under a snapshot: what it saw is not applied. */
    public Following withCopies(Map<TableName, Snapshot> snapshots) {
        copies = Map.copyOf(snapshots);
        return this;
    }

    /** Some of the tables were copied by ranges in a run. */
    public Following withRanges(UUID run) {
        ranged = Optional.of(run);
        return this;
    }

    /** Follows a side of a move, with rows of tables selected as they are where changes are written. */
    public Following selecting(Side side, UnaryOperator<Table> tables) {
        followed = side;
        selecting = tables;
        return this;
    }

    /** Follows from where the other side's progress says. */
    public Following open() {
        return open(true);
    }

    /** Reads and applies nothing, as the stream from a side without the writes does. */
    public Following openListening() {
        return open(false);
    }

    private Following open(boolean applying) {
        var tables = tables();
        var binary = tables.stream().allMatch(Table::isBinary);
        var session = to.openApplying("apply", new Exemption("test"));
        applyingPid = session.pid();
        var position = progress.claim(session).orElseThrow();
        session.execute("SET lock_timeout = 0");
        var applyFrom = applying ? Optional.of(position) : Optional.<Lsn>empty();
        var numbers = new ObjectNumbers(from, to);
        var join = ranged.map(run -> RangeJoin.load(session, run, from, tables, numbers))
                .orElseGet(() -> RangeJoin.none(from));
        var start = new StreamStart(
                followed,
                progress,
                position,
                applyFrom,
                tables.stream().map(selecting).toList(),
                copies,
                join,
                xid(),
                binary,
                numbers);
        used = !join.isEmpty() || progress.wantsWhole(session) ? StreamProtocol.WHOLE : protocol;
        var reader = SlotReader.open(from, new StreamSource(name, name, binary, limit, used), position);
        applier = new StreamApplier(reader, session, start).begin();
        return this;
    }

    private long xid() {
        try (var session = from.open("test")) {
            return session.number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
        }
    }

    public StreamApplier applier() {
        return requireNonNull(applier);
    }

    public StreamControl control() {
        return applier().control();
    }

    /** The server process that applies. */
    public int applyingPid() {
        return applyingPid;
    }

    /** Waits until everything that was committed before now is applied. */
    public void catchUp() {
        control().awaitMarker(mark(), CATCH_UP_MAX);
    }

    /** Writes a marker to the followed side. */
    public String mark() {
        var marker = UUID.randomUUID().toString();
        try (var session = from.open("test")) {
            session.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        }
        return marker;
    }

    /** Catches up and begins again whenever a passing failure ends the stream. */
    public void catchUpWhateverHappens() {
        for (var attempt = 0; ; attempt++) {
            try {
                catchUp();
                return;
            } catch (GodwitException e) {
                if (attempt == 20 || control().failure() == null) {
                    throw e;
                }
                reopen();
            }
        }
    }

    /** Ends the stream at once and begins it again from the progress. */
    public void reopen() {
        stop();
        open();
    }

    /** Begins again with another limit on rows. */
    public Following reopenWithin(RowLimit rows) {
        limit = rows;
        reopen();
        return this;
    }

    /** Begins again with large transactions sent only when they have committed. */
    public Following reopenWhole() {
        protocol = StreamProtocol.WHOLE;
        reopen();
        return this;
    }

    /** How transactions are sent since the stream was opened last. */
    public StreamProtocol protocol() {
        return used;
    }

    /** Rows that changes were to replace and that were not there. */
    public long missingRows() {
        try (var session = to.open("test")) {
            return progress.missingRows(session);
        }
    }

    public boolean hasFailed() {
        return control().failure() != null;
    }

    /** Ends the stream at once, with work in progress lost. */
    public void stop() {
        if (applier != null) {
            applier.close();
            applier = null;
            awaitFreeSlot();
        }
    }

    private void awaitFreeSlot() {
        try (var session = from.open("test")) {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !session.is("SELECT active FROM pg_replication_slots WHERE slot_name = ?", name));
        }
    }

    /** Makes a session the one that applies, as a new worker does. */
    public Optional<Lsn> claim(Session session) {
        return progress.claim(session);
    }

    public String slot() {
        return name;
    }

    @Override
    public void close() {
        stop();
        try (var session = from.open("test")) {
            session.text("SELECT pg_drop_replication_slot(?)::text", name);
        }
    }
}
