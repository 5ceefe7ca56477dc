package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Conduct.Mode;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamLimits;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaPhase;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.copy.TableCopies;
import godwit.run.MoveSteps;
import godwit.run.RealPace;
import godwit.run.Reports;
import godwit.run.Steering;
import godwit.schema.Table;
import godwit.traffic.CutoverActions;
import godwit.traffic.Journal;
import godwit.traffic.Writes;
import godwit.verify.OtherDifference;
import godwit.verify.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
    private final SourceCatalog catalog;
    private final Hook hook;
    private final Expansion expansion;
    private final Throttling throttling;
    private final TableCopies copies;
    private final Progress progress;
    private final Drift drift;
    private final Surroundings surroundings;
    private volatile @Nullable Streams streams;
    private @Nullable PostgresCutover cutover;

    /** @param folder where the hook runs */
    public PostgresMove(MoveContext context, Path folder) {
        this.context = context;
        this.catalog = new SourceCatalog(context);
        this.hook = new Hook(context.spec().switching(), folder);
        this.expansion = new Expansion(context);
        this.throttling = new Throttling(context, new RealPace());
        this.copies = new TableCopies(
                context.run(),
                context.spec(),
                context.source(),
                context.target(),
                context.exemption(),
                throttling.valve());
        this.progress = new Progress(context, copies, throttling);
        this.drift = new Drift(context);
        this.surroundings = new Surroundings(context);
    }

    @Override
    public Mode mode() {
        return context.spec().conduct().mode();
    }

    /** What a check of a new move finds. */
    public List<Finding> check() {
        return new Preflight(context).findings(tables(), script());
    }

    /** What a check of a run that is under way finds; what it made itself is none. */
    public List<Finding> checkUnderWay() {
        var own = List.of("target-table-exists", "target-table-not-empty", "slots-too-few", "senders-too-few");
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
        return catalog.tables();
    }

    /** The schema as statements; read once. */
    public SchemaScript script() {
        return catalog.script();
    }

    @Override
    public void expand() {
        drift.begin();
        expansion.listen(tables());
        expansion.build(catalog.toMake());
        expansion.guard(Side.TARGET);
    }

    @Override
    public void fill() {
        drift.requireNone();
        progress.plan(tables());
        var filling = new Filling(context, copies, expansion, throttling.valve());
        throttling.during(() -> filling.fill(tables(), catalog.toMake()));
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
        try (var session = context.look(side)) {
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
            heedIn(streams);
            progress.follow(streams);
        }
        return streams;
    }

    private boolean hasWayBack() {
        try (var source = context.look(Side.SOURCE)) {
            return source.is("SELECT to_regclass('godwit.progress') IS NOT NULL")
                    && backward().read(source).isPresent();
        }
    }

    private StreamProgress backward() {
        return new StreamProgress(context.run(), MoveContext.direction(Side.TARGET));
    }

    @Override
    public boolean isCaughtUp() {
        try (var source = context.look(Side.SOURCE)) {
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
        expansion.make(catalog.toMake(), object -> object.phase() == SchemaPhase.AFTER_CATCH_UP);
        var filling = new Filling(context, copies, expansion, throttling.valve());
        var analyzed = filling.analyze(tables());
        if (mode() == Mode.LIVE) {
            expansion.guard(Side.SOURCE);
            prepareWayBack();
        }
        filling.complete(analyzed, script().refreshes());
        requireNoOrphans();
        drift.requireNone();
        follow();
    }

    /** The constraints alone prove nothing: rows that were applied under replica role passed them unseen. */
    private void requireNoOrphans() {
        var orphans = surroundings.orphans(Side.SOURCE);
        if (!orphans.isEmpty()) {
            throw Problem.of(
                            "foreign-key-orphan",
                            "%d foreign keys of the target have rows that point to nothing.".formatted(orphans.size()),
                            "Start again to look once more; else roll the run back and start a new one.")
                    .withObjects(orphans.stream().map(OtherDifference::object).toList())
                    .asException();
        }
    }

    /** A foreign key may point to a row that its table's copy was too early for: the stream has to bring it first. */
    private void passAllSnapshots() {
        var marker = UUID.randomUUID().toString();
        try (var source = context.look(Side.SOURCE)) {
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
        if (drift.isDue() && journal().writes() == Writes.SOURCE) {
            drift.requireNone();
        }
    }

    @Override
    public Journal journal() {
        return new Journal(epoch(Side.SOURCE), epoch(Side.TARGET));
    }

    /** A side without a gate has never lost or gained the writes. */
    private OptionalLong epoch(Side side) {
        try (var session = context.look(side)) {
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
        var more = new ArrayList<>(surroundings.differences(leader));
        if (phase.equals("on request")) {
            more.addAll(surroundings.orphans(leader));
        }
        var verification = new Proof(context, streams(), tables())
                .verify(id, phase, leader)
                .with(more);
        if (verification.isEqual() && !phase.equals(BEFORE_SWITCH)) {
            streams().forgetMissing(leader);
        }
        return verification;
    }

    @Override
    public Map<String, Object> remarks() {
        var notices = surroundings.notices(leader());
        return Map.of("excluded", surroundings.excluded(leader()), "notices", Reports.of(notices));
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
    public void heed(Steering changed) {
        throttling.heed(changed);
        if (streams != null) {
            heedIn(streams);
        }
    }

    private void heedIn(Streams heeding) {
        heeding.heed(throttling.isPaused(), StreamLimits.of(throttling.tuning()));
    }

    @Override
    public Map<String, Object> live() {
        return progress.report();
    }

    @Override
    public void interrupt() {
        throttling.valve().end();
        if (streams != null) {
            streams.heed(false, StreamLimits.DEFAULT);
        }
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
