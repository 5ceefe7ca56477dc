package godwit.postgres.move;

import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.postgres.Together;
import godwit.postgres.apply.StreamLimits;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.copy.TableCopies;
import godwit.run.MoveSteps;
import godwit.run.RealPace;
import godwit.run.Signals;
import godwit.run.Steering;
import godwit.run.Stopping;
import godwit.schema.Table;
import godwit.traffic.CutoverActions;
import godwit.traffic.Journal;
import godwit.traffic.Writes;
import godwit.verify.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A move from one PostgreSQL database to another: each step of its life on the real servers. */
public final class PostgresMove implements MoveSteps {
    private static final Duration DRIFT_INTERVAL = Duration.ofSeconds(3);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);

    private final MoveContext context;
    private final SourceCatalog catalog;
    private final Check check;
    private final Hook hook;
    private final Expansion expansion;
    private final Throttling throttling;
    private final TableCopies copies;
    private final Filling filling;
    private final Progress progress;
    private final Drift drift;
    private final TargetDrift targetDrift;
    private final DriftTurns driftTurns;
    private final Verifications verifications;
    private final ForeignKeys foreignKeys;
    private final LargeObjectSteps largeObjects;
    private final MoveSignals signals;
    private final Gates gates;
    private final WayBack wayBack;
    private final KeptLog keptLog;
    private final CatchingUp catchingUp;
    private final SilentConnections silent;
    private volatile boolean copying;
    private volatile @Nullable Streams streams;
    private @Nullable PostgresCutover cutover;

    /** @param folder where the hook runs */
    public PostgresMove(MoveContext context, Path folder) {
        this.context = context;
        this.catalog = new SourceCatalog(context);
        this.check = new Check(context, catalog);
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
        this.filling = new Filling(context, copies, expansion, throttling.valve());
        this.progress = new Progress(context, copies, throttling);
        this.gates = new Gates(context);
        this.wayBack = new WayBack(context);
        this.keptLog = new KeptLog(context);
        this.catchingUp = new CatchingUp(context);
        this.silent = new SilentConnections(context, SILENCE_LIMIT);
        this.drift = new Drift(context);
        this.targetDrift = new TargetDrift(context, this::moved);
        this.driftTurns = new DriftTurns(drift, targetDrift, this::journal, DRIFT_INTERVAL);
        var surroundings = new Surroundings(context);
        this.foreignKeys = new ForeignKeys(expansion, surroundings);
        this.largeObjects = new LargeObjectSteps(context);
        this.verifications = new Verifications(context, gates, surroundings, largeObjects, this::streams);
        this.signals = new MoveSignals(context, folder, this::streams);
    }

    @Override
    public Mode mode() {
        return context.spec().conduct().mode();
    }

    /** What a check of a new move finds. */
    public List<Finding> check() {
        var findings = new ArrayList<>(check.findings());
        hook.missing().ifPresent(findings::add);
        return findings;
    }

    /** What the move will take, ready to be written as JSON. */
    public Map<String, Object> forecast() {
        return check.forecast();
    }

    /** What a check of a run that is under way finds; what it made itself is none. */
    public List<Finding> checkUnderWay() {
        return check.underWay();
    }

    @Override
    public void preflight() {
        drift.look();
        catalog.read();
        check.requireNothingBlocks();
    }

    /** The tables that are moved, biggest first; read once. */
    public List<Table> tables() {
        return catalog.planned();
    }

    /** The same, once nothing of the file stands against it. */
    private List<Table> moved() {
        return catalog.tables();
    }

    /** The schema as statements; read once. */
    public SchemaScript script() {
        return catalog.script();
    }

    @Override
    public void expand() {
        drift.begin();
        largeObjects.begin();
        var objects = catalog.toMake();
        var tables = moved();
        // A slot may have to wait for transactions of the source; meanwhile the target gets its tables.
        Together.both(() -> built(objects, tables), () -> expansion.listen(tables), (built, position) -> built);
    }

    private boolean built(List<SchemaObject> objects, List<Table> tables) {
        try {
            expansion.build(objects);
            expansion.guard(Side.TARGET);
            // Tables that people have made are emptied first: published ones would need a replica identity for that.
            if (mode() == Mode.LIVE && !context.isPrepared()) {
                wayBack.publish(tables);
            }
            return true;
        } catch (RuntimeException e) {
            context.source().abortAll();
            throw e;
        }
    }

    @Override
    public void fill() {
        drift.requireNone(DRIFT_INTERVAL);
        keptLog.requireSlot(Side.SOURCE);
        progress.plan(moved());
        copying = true;
        throttling.during(() -> {
            filling.fill(moved(), catalog.toMake());
            largeObjects.fill(throttling.valve()::awaitResumed);
        });
        copying = false;
    }

    @Override
    public void follow() {
        var opened = streams();
        gates.shutWhatIsOpenInError();
        for (var side : Side.values()) {
            gates.requireThere(side);
            gates.awaitNoFence(side);
        }
        var writes = Writes.on(gates.leader());
        if (!opened.isOpen(Side.SOURCE)) {
            keptLog.requireSlot(Side.SOURCE);
            opened.open(Side.SOURCE, writes);
        }
        if (!opened.isOpen(Side.TARGET) && wayBack.isPrepared()) {
            keptLog.requireSlot(Side.TARGET);
            opened.open(Side.TARGET, writes);
        }
        // The gates may have been read before another worker's last decision, but the slots are had by one at a time.
        if (Writes.on(gates.leader()) != writes) {
            opened.close();
            throw Gates.passing("writes-moved", "Another worker moved the writes just now.");
        }
        opened.begin();
    }

    private Streams streams() {
        if (streams == null) {
            streams = new Streams(context, moved());
            heedIn(streams);
            progress.follow(streams);
        }
        return streams;
    }

    @Override
    public boolean isCaughtUp() {
        return catchingUp.isNear(streams());
    }

    @Override
    public void finish() {
        catchingUp.passAllSnapshots(streams());
        filling.finish(catalog.toMake());
        foreignKeys.make(catalog.toMake());
        var analyzed = filling.analyze(moved());
        if (mode() == Mode.LIVE) {
            expansion.guard(Side.SOURCE);
            wayBack.prepare(moved());
        }
        filling.complete(analyzed, script().refreshes());
        foreignKeys.requireNoOrphans();
        drift.requireNone();
        driftTurns.looked();
        streams().endJoining();
        follow();
    }

    @Override
    public void requireAlive() {
        streams().requireAlive();
        if (silent.isDue()) {
            silent.requireNone(streams());
        }
        driftTurns.turn();
    }

    @Override
    public void requireRoom() {
        if (copying) {
            // What is copied for hours under a schema that is no more is copied in vain.
            drift.requireNone(DRIFT_INTERVAL);
        }
        if (keptLog.isDue()) {
            keptLog.requireRoom(() -> {
                if (streams != null) {
                    streams.close();
                }
            });
        }
    }

    @Override
    public Journal journal() {
        return gates.journal();
    }

    /** A rehearsal beside the worker's turns asks for it too. */
    @Override
    public synchronized CutoverActions cutover() {
        if (cutover == null) {
            cutover = new PostgresCutover(context, streams(), hook, verifications.foreign(), targetDrift);
        }
        return cutover;
    }

    @Override
    public CutoverActions rehearsal() {
        return new RehearsedCutover(context, streams(), (PostgresCutover) cutover());
    }

    @Override
    public Signals signals() {
        return signals;
    }

    @Override
    public void reopen() {
        if (streams != null) {
            streams.close();
        }
        follow();
    }

    @Override
    public Verification verify(UUID id, String phase, Stopping stopping) {
        return verifications.verify(id, phase, stopping);
    }

    @Override
    public boolean isProvenUntilNow(Side leader) {
        if (!streams().isOpen(leader) || !streams().from(leader).touched().isProven()) {
            return false;
        }
        try (var leading = context.look(leader);
                var following = context.look(leader.other())) {
            return Rewrites.since(leading, following, streams().from(leader).touched())
                    .isEmpty();
        }
    }

    @Override
    public void requireNoForeignWriters() {
        verifications.requireNoForeignWriters();
    }

    @Override
    public void requireNothingLeft() {
        verifications.requireNothingLeft();
    }

    @Override
    public void requireNothingKnownLeft() {
        verifications.requireNothingKnownLeft();
    }

    @Override
    public Map<String, Object> remarks() {
        return verifications.remarks();
    }

    @Override
    public long repair(UUID id, Stopping stopping) {
        return verifications.repair(id, stopping);
    }

    @Override
    public Map<String, Object> contract(boolean leaveWritable) {
        close();
        var sealed = new Removal(context).contract(leaveWritable);
        return new Decommission(context).report(sealed);
    }

    @Override
    public Map<String, Object> contractWithoutSource() {
        close();
        new Removal(context).contractWithoutSource();
        return Map.of("database", context.source().endpoint().place(), "reached", false);
    }

    @Override
    public void requireRemovable(boolean keepTarget) {
        new Removal(context).requirePossible(keepTarget);
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
        var report = progress.report();
        report.put("logKeptBytes", keptLog.report());
        report.putAll(signals.report());
        report.putAll(targetDrift.report());
        return report;
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
        context.close();
    }

    /** The objects of the schema, for plans. */
    public List<SchemaObject> objects() {
        return catalog.possible();
    }
}
