package godwit.testkit.simulation;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Conduct.Mode;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.run.MoveWorker;
import godwit.run.Phase;
import godwit.run.Run;
import godwit.run.Signals;
import godwit.testkit.fake.Databases;
import godwit.testkit.fake.Effects;
import godwit.testkit.fake.FakeDatabase;
import godwit.testkit.fake.FakeLedger;
import godwit.testkit.fake.FakeMove;
import godwit.testkit.fake.FakeProcess;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.Killed;
import godwit.testkit.fake.LedgerOfProcess;
import godwit.testkit.fake.Logged;
import godwit.testkit.fake.Logged.Origin;
import godwit.testkit.fake.Mistake;
import godwit.testkit.fake.Write;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** Two databases, their clients, and one worker after the other that moves the first database to the second. */
final class World implements Effects, FakeDatabase.CommitWatcher {
    static final UUID RUN = new UUID(0x4000, 0x8000L << 48);
    private static final String NAME = "move";
    private static final int HALF_OPEN_MILLIS_MAX = 5000;

    private final Schedule schedule;
    private final Killing killing;
    private final Set<Mistake> mistakes;
    private final Truth truth = new Truth();
    private final Databases databases;
    private final FakeLedger ledger;
    private final Promises promises;
    private Optional<FakeProcess> process = Optional.empty();
    private Optional<FakeMove> move = Optional.empty();
    private Optional<FakeMove> bystander = Optional.empty();
    private SimulatedPace pace;
    private Side route = Side.SOURCE;
    private boolean clientsWork = true;
    private Mode mode = Mode.LIVE;
    private Optional<Signals> signals = Optional.empty();

    World(long seed, Killing killing, Set<Mistake> mistakes) {
        this.killing = killing;
        this.mistakes = Set.copyOf(mistakes);
        this.schedule = new Schedule(seed, this::check);
        this.pace = new SimulatedPace(schedule, this::requireAlive);
        this.databases = new Databases(new FakeDatabase(Side.SOURCE, this), new FakeDatabase(Side.TARGET, this));
        this.ledger = new FakeLedger(() -> schedule.now() * 1_000_000);
        this.promises = new Promises(this);
        databases.source().commit(Origin.GODWIT, tables());
        ledger.begin(RUN, NAME, "");
        schedule.in(2, this::streamsStep);
        schedule.in(100, this::logWriterTurn);
    }

    private static List<Write> tables() {
        return FakeTable.ALL.stream()
                .<Write>map(table -> new Write.Put("table " + table.name(), true))
                .toList();
    }

    Mode mode() {
        return mode;
    }

    World in(Mode other) {
        mode = other;
        return this;
    }

    World withClients(int clients) {
        for (var i = 0; i < clients; i++) {
            var client = new Client(this);
            schedule.in(i, client::turn);
        }
        schedule.pass(200);
        return this;
    }

    /** From now on these tell whether a switched run does well. */
    World heeding(Signals others) {
        signals = Optional.of(others);
        return this;
    }

    Schedule schedule() {
        return schedule;
    }

    FakeDatabase on(Side side) {
        return databases.on(side);
    }

    FakeLedger ledger() {
        return ledger;
    }

    Truth truth() {
        return truth;
    }

    Promises promises() {
        return promises;
    }

    Side route() {
        return route;
    }

    /** Whether clients may come to the target: not before its tables are guarded, and not to a copy of its own. */
    boolean isTargetKnown() {
        if (mode == Mode.FULL) {
            return false;
        }
        return switch (phase()) {
            case PLANNED, EXPANDING -> false;
            case FILLING,
                    FOLLOWING,
                    READY,
                    SWITCHING,
                    SWITCHED,
                    SWITCHING_BACK,
                    COMPLETING,
                    COMPLETED,
                    ROLLING_BACK,
                    ROLLED_BACK -> true;
        };
    }

    boolean clientsWork() {
        return clientsWork;
    }

    void stopClients() {
        clientsWork = false;
    }

    /** What the worker of this moment works with. */
    FakeMove move() {
        return move.orElseThrow();
    }

    Optional<FakeProcess> process() {
        return process;
    }

    /** The phase in the ledger; a run that the ledger has forgotten was rolled back. */
    Phase phase() {
        return ledger.phase(RUN).orElse(Phase.ROLLED_BACK);
    }

    void acknowledged(Logged logged) {
        truth.acknowledged(logged);
    }

    private void check() {
        promises.check();
    }

    /** Has one worker after the other follow the run until it is over or enough. */
    void work(long millisMax, BooleanSupplier enough) {
        var until = schedule.now() + millisMax;
        while (!phase().isOver() && !enough.getAsBoolean() && schedule.now() < until) {
            begin();
            try {
                workOnce(() -> enough.getAsBoolean() || schedule.now() >= until);
            } catch (Killed | CompletionException e) {
                requireKilled(e);
            } catch (GodwitException e) {
                if (isAlive() && e.retry() == Retry.NEVER) {
                    throw new AssertionError("the run failed: " + e.problem(), e);
                }
            } finally {
                end();
            }
            schedule.pass(schedule.between(1, 200));
        }
    }

    /** Has a worker follow the run that is not ended when it is enough. */
    void workAndStay(long millisMax, BooleanSupplier enough) {
        var until = schedule.now() + millisMax;
        while (!enough.getAsBoolean() && schedule.now() < until) {
            begin();
            try {
                workOnce(() -> enough.getAsBoolean() || schedule.now() >= until);
            } catch (GodwitException e) {
                end();
                schedule.pass(100);
            }
        }
    }

    private void requireKilled(Throwable thrown) {
        if (isAlive()) {
            var cause = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            throw new AssertionError(cause.getMessage(), cause);
        }
    }

    private boolean isAlive() {
        return process.filter(FakeProcess::isAlive).isPresent();
    }

    private void requireAlive() {
        process.ifPresent(FakeProcess::requireAlive);
    }

    private void begin() {
        bystander.ifPresent(FakeMove::close);
        bystander = Optional.empty();
        process = Optional.empty();
        pace = new SimulatedPace(schedule, this::requireAlive);
        var begun = new FakeProcess(databases, this, pace, mistakes).in(mode);
        process = Optional.of(begun);
        var its = new FakeMove(RUN, begun, ledger, to -> route = to);
        signals.ifPresent(its::heed);
        move = Optional.of(its);
    }

    private void workOnce(BooleanSupplier enough) {
        var own = new LedgerOfProcess(ledger, process.orElseThrow());
        var run = own.find(NAME).filter(found -> !found.phase().isOver());
        if (run.isPresent()) {
            new MoveWorker(run.get(), own, move.orElseThrow(), pace, "worker").work(enough);
        } else {
            pace.pause(java.time.Duration.ofMillis(10));
        }
    }

    /** The process is gone, and the servers notice: its sessions end. */
    private void end() {
        process.ifPresent(FakeProcess::kill);
        pace.end();
        move.ifPresent(FakeMove::close);
        move.ifPresent(FakeMove::endSessions);
    }

    /**
     * While the worker stands still in the midst of an effect and has lost its lease, another follows the run; it goes
     * on following when the first one wakes.
     */
    void overtake(Runnable meanwhile) {
        var stalled = process.orElseThrow();
        var its = move;
        stalled.cut(Side.TARGET);
        stalled.heal(Side.TARGET);
        for (var side : Side.values()) {
            on(side).gate()
                    .exclusive()
                    .ifPresent(held -> schedule.in(
                            schedule.between(2500, HALF_OPEN_MILLIS_MAX),
                            () -> on(side).gate().release(held)));
        }
        var itsPace = pace;
        meanwhile.run();
        bystander = move;
        pace = itsPace;
        process = Optional.of(stalled);
        move = its;
    }

    void kill() {
        process.ifPresent(FakeProcess::kill);
    }

    /** Cuts the worker off from a side; the server notices only later. */
    void cut(Side side) {
        process.ifPresent(now -> now.cut(side));
        on(side).gate()
                .exclusive()
                .ifPresent(held -> schedule.in(
                        schedule.below(HALF_OPEN_MILLIS_MAX),
                        () -> on(side).gate().release(held)));
        var cut = process;
        schedule.in(schedule.between(10, 3000), () -> cut.ifPresent(p -> p.heal(side)));
    }

    void crash(Side side) {
        if (on(side).isUp()) {
            on(side).crash();
            schedule.in(schedule.between(10, 500), () -> on(side).start());
        }
    }

    private void streamsStep() {
        try {
            move.ifPresent(now -> now.streams().step());
            bystander.ifPresent(other -> other.streams().step());
        } catch (Killed e) {
            requireKilled(e);
        }
        schedule.in(schedule.between(1, 6), this::streamsStep);
    }

    /** Each server flushes its log now and then by itself. */
    private void logWriterTurn() {
        for (var side : Side.values()) {
            if (on(side).isUp()) {
                on(side).flush();
            }
        }
        schedule.in(schedule.between(50, 200), this::logWriterTurn);
    }

    @Override
    public void before(String effect) {
        schedule.pass(schedule.below(3));
        killing.around(effect, this::kill);
    }

    @Override
    public void after(String effect) {
        if (!schedule.isRunning()) {
            check();
        }
        killing.around(effect, this::kill);
        schedule.pass(schedule.below(3));
    }

    @Override
    public void committed(Side side, Logged logged) {
        if (logged.origin() == Origin.CLIENT) {
            promises.requireOwner(side);
            truth.committed(side, logged);
        }
    }

    @Override
    public void lost(Side side, Lsn from) {
        truth.lost(side, from);
    }

    Run run() {
        return ledger.find(NAME).orElseThrow();
    }
}
