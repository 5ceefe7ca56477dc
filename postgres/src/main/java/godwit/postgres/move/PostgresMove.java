package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaPhase;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.SchemaSelection;
import godwit.postgres.catalog.TableReader;
import godwit.postgres.copy.TableCopies;
import godwit.run.MoveSteps;
import godwit.schema.Table;
import godwit.traffic.CutoverActions;
import godwit.traffic.Journal;
import godwit.traffic.Writes;
import godwit.verify.Verification;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A move from one PostgreSQL database to another: each step of its life on the real servers. */
public final class PostgresMove implements MoveSteps {
    private static final long NEARLY_CAUGHT_UP_BYTES = 1 << 20;
    private static final long NEARLY_CAUGHT_UP_MICROS = 2_000_000;
    private static final String BEFORE_SWITCH = "before switch";
    private static final Duration SNAPSHOTS_LIMIT = Duration.ofMinutes(10);

    private final MoveContext context;
    private final Hook hook;
    private final Expansion expansion;
    private final TableCopies copies;
    private final Progress progress;
    private @Nullable List<Table> tables;
    private @Nullable SchemaScript script;
    private @Nullable Streams streams;
    private @Nullable PostgresCutover cutover;

    /** @param folder where the hook runs */
    public PostgresMove(MoveContext context, Path folder) {
        this.context = context;
        this.hook = new Hook(context.spec().switching(), folder);
        this.expansion = new Expansion(context);
        this.copies =
                new TableCopies(context.run(), context.spec(), context.source(), context.target(), context.exemption());
        this.progress = new Progress(context, copies);
    }

    /** What a check of a new move finds. */
    public List<Finding> check() {
        return new Preflight(context).findings(tables(), script());
    }

    /** What a check of a run that is under way finds; what it made itself is none. */
    public List<Finding> checkUnderWay() {
        var own = List.of("target-table-exists", "slots-too-few", "senders-too-few");
        return check().stream().filter(f -> !own.contains(f.problem().code())).toList();
    }

    @Override
    public void preflight() {
        var blocking =
                check().stream().filter(Finding::blocks).map(Finding::problem).toList();
        if (blocking.isEmpty()) {
            return;
        }
        var first = blocking.getFirst();
        var objects =
                blocking.stream().flatMap(p -> p.objects().stream()).distinct().toList();
        var message = blocking.size() == 1
                ? first.message()
                : first.message() + " And %d more findings; godwit check lists them.".formatted(blocking.size() - 1);
        throw new Problem(first.code(), message, first.hint(), objects, List.of()).asException();
    }

    /** The tables that are moved, biggest first; read once. */
    public List<Table> tables() {
        if (tables == null) {
            try (var source = context.open(Side.SOURCE, "catalog")) {
                tables = new TableReader(source.connection())
                        .read().stream()
                                .filter(table -> context.spec().tables().takes(table.name()))
                                .toList();
            } catch (SQLException e) {
                throw unreadable(e);
            }
        }
        return tables;
    }

    /** The schema as statements; read once. */
    public SchemaScript script() {
        if (script == null) {
            try (var source = context.open(Side.SOURCE, "catalog")) {
                var selection = new SchemaSelection(context.spec().tables()::takes);
                script = new SchemaReader(source.connection()).read(selection);
            } catch (SQLException e) {
                throw unreadable(e);
            }
        }
        return script;
    }

    private static GodwitException unreadable(SQLException e) {
        var problem = Problem.of("catalog-unreadable", "The source's catalog could not be read.", "It is tried again.");
        return new GodwitException(problem, godwit.Retry.LATER, e);
    }

    @Override
    public void expand() {
        expansion.listen(tables());
        expansion.build(script().objects());
        expansion.guard(Side.TARGET);
    }

    @Override
    public void fill() {
        progress.plan(tables());
        new Filling(context, copies, expansion).fill(tables(), script().objects());
    }

    @Override
    public void follow() {
        var opened = streams();
        for (var side : Side.values()) {
            awaitNoFence(side);
        }
        var writes = Writes.on(leader());
        if (!opened.isOpen(Side.SOURCE)) {
            opened.open(Side.SOURCE, writes);
        }
        if (!opened.isOpen(Side.TARGET) && hasWayBack()) {
            opened.open(Side.TARGET, writes);
        }
        // The gates may have been read before another worker's last decision, but the slots are had by one at a time.
        if (Writes.on(leader()) != writes) {
            opened.close();
            throw passing("writes-moved", "Another worker moved the writes just now.");
        }
        opened.begin();
    }

    /** A fence that another worker left may still decide: what the gates say counts only when it is gone. */
    private void awaitNoFence(Side side) {
        var until = System.nanoTime()
                + Duration.ofSeconds(context.spec().switching().fenceSecondsMax() + 2L)
                        .toNanos();
        try (var session = context.open(side, "look")) {
            while (context.gate(side).isFenced(session)) {
                if (System.nanoTime() > until) {
                    throw passing("fence-stands", "A fence of another worker stands in the " + side.word() + ".");
                }
                Patience.pause(Duration.ofMillis(50));
            }
        }
    }

    private static GodwitException passing(String code, String message) {
        return new GodwitException(
                Problem.of(code, message, "It is tried again."), godwit.Retry.LATER, new IllegalStateException(code));
    }

    private Streams streams() {
        if (streams == null) {
            streams = new Streams(context, tables());
            progress.follow(streams);
        }
        return streams;
    }

    private boolean hasWayBack() {
        try (var source = context.open(Side.SOURCE, "look")) {
            return source.is("SELECT to_regclass('godwit.progress') IS NOT NULL")
                    && backward().read(source).isPresent();
        }
    }

    private StreamProgress backward() {
        return new StreamProgress(context.run(), MoveContext.direction(Side.TARGET));
    }

    @Override
    public boolean isCaughtUp() {
        try (var source = context.open(Side.SOURCE, "look")) {
            var state = streams().from(Side.SOURCE).state();
            var now = Lsn.parse(source.text("SELECT pg_current_wal_lsn()::text"));
            var micros = source.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
            return now.bytesSince(state.flushed()) < NEARLY_CAUGHT_UP_BYTES
                    || micros - state.lastCommitAt() < NEARLY_CAUGHT_UP_MICROS;
        }
    }

    @Override
    public void finish() {
        passAllSnapshots();
        new Filling(context, copies, expansion).finish(script().objects());
        expansion.make(script().objects(), object -> object.phase() == SchemaPhase.AFTER_CATCH_UP);
        expansion.guard(Side.SOURCE);
        prepareWayBack();
        new Filling(context, copies, expansion).analyze(tables(), script().refreshes());
        follow();
    }

    /** A foreign key may point to a row that its table's copy was too early for: the stream has to bring it first. */
    private void passAllSnapshots() {
        do {
            passNow();
        } while (!streams().isSettled());
    }

    private void passNow() {
        var marker = UUID.randomUUID().toString();
        try (var source = context.open(Side.SOURCE, "look")) {
            source.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        }
        streams().from(Side.SOURCE).control().awaitMarker(marker, SNAPSHOTS_LIMIT);
    }

    private void prepareWayBack() {
        var slots = new Slots(context);
        slots.publish(Side.TARGET, tables().stream().map(Table::name).toList());
        try (var source = context.open(Side.SOURCE, "prepare")) {
            if (backward().read(source).isEmpty()) {
                slots.dropSlot(Side.TARGET);
                backward().save(source, slots.createAndSettle(Side.TARGET));
            }
        }
    }

    @Override
    public void requireAlive() {
        streams().requireAlive();
    }

    @Override
    public Journal journal() {
        return new Journal(epoch(Side.SOURCE), epoch(Side.TARGET));
    }

    /** A side without a gate has never lost or gained the writes. */
    private OptionalLong epoch(Side side) {
        try (var session = context.open(side, "look")) {
            return OptionalLong.of(context.gate(side).epoch(session).orElse(Journal.FIRST_EPOCH));
        } catch (GodwitException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public CutoverActions cutover() {
        if (cutover == null) {
            cutover = new PostgresCutover(context, streams(), hook);
        }
        return cutover;
    }

    @Override
    public void reopen() {
        if (streams != null) {
            streams.close();
        }
        follow();
    }

    private Side leader() {
        return switch (journal().writes()) {
            case SOURCE -> Side.SOURCE;
            case TARGET -> Side.TARGET;
            case UNKNOWN ->
                throw passing(
                        "writes-unknown", "A server does not answer, so nobody knows which side takes the writes.");
        };
    }

    @Override
    public Verification verify(UUID id, String phase) {
        var leader = leader();
        var verification = new Proof(context, streams(), tables()).verify(id, phase, leader);
        if (verification.isEqual() && !phase.equals(BEFORE_SWITCH)) {
            streams().forgetMissing(leader);
        }
        return verification;
    }

    @Override
    public long repair(UUID id) {
        return new Proof(context, streams(), tables()).repair(id, leader());
    }

    @Override
    public void contract(boolean leaveWritable) {
        close();
        new Removal(context).contract(leaveWritable);
    }

    @Override
    public void remove(boolean keepTarget) {
        close();
        new Removal(context).remove(keepTarget);
    }

    @Override
    public Map<String, Object> live() {
        return progress.report();
    }

    @Override
    public void interrupt() {
        context.source().abortAll();
        context.target().abortAll();
    }

    @Override
    public void close() {
        if (cutover != null) {
            cutover.close();
        }
        if (streams != null) {
            streams.close();
        }
    }

    /** The objects of the schema, for plans. */
    public List<SchemaObject> objects() {
        return script().objects();
    }
}
