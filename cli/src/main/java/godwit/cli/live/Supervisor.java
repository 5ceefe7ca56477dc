package godwit.cli.live;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.cli.log.RunLog;
import godwit.file.Layers;
import godwit.move.Conduct;
import godwit.move.MoveDigest;
import godwit.postgres.ledger.Holder;
import godwit.postgres.ledger.PostgresLedger;
import godwit.postgres.move.MoveAccess;
import godwit.postgres.move.PostgresMove;
import godwit.run.Ledger;
import godwit.run.MoveWorker;
import godwit.run.Pace;
import godwit.run.Phase;
import godwit.run.RealPace;
import godwit.run.Run;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run's worker that begins anew, with new sessions, after every failure that passes. */
public final class Supervisor {
    private static final String WORKER_EXISTS = "worker-exists";
    private static final String START = "start";
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int FAILURES_MAX = 600;

    /** So often a server that was never reached is asked: a wrong host is nothing to wait for. */
    private static final int UNREACHED_MAX = 3;

    private static final String RELATION_MISSING = "relation-missing";
    private static final int MISSING_MAX = 3;
    private static final Set<String> LOG_LOST = Set.of("log-kept-too-large", "slot-lost");

    /** Whoever worked for so long had got over the failures before. */
    private static final long GOOD_NANOS = Duration.ofMinutes(1).toNanos();

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final MoveAccess access;
    private final Operator operator;
    private final Consumer<String> say;
    private final List<Layers.Origin> settings;
    private final Pace pace = new RealPace();
    private Optional<PostgresMove> checked = Optional.empty();
    private Optional<UUID> carried = Optional.empty();
    private int missing;
    private volatile boolean stopped;

    /** @param say hears, in a line each, what people should know */
    public Supervisor(MoveAccess access, Operator operator, Consumer<String> say) {
        this(access, operator, say, List.of());
    }

    /** @param settings with where their values came from, as far as it is known */
    public Supervisor(MoveAccess access, Operator operator, Consumer<String> say, List<Layers.Origin> settings) {
        this.access = access;
        this.operator = operator;
        this.say = say;
        this.settings = List.copyOf(settings);
    }

    /** The run that was carried, and the phase that it was left in. */
    public record Left(UUID run, Phase phase) {}

    /** Works until the run is over; empty when it was stopped in the midst of a failure. */
    public Optional<Left> carry() {
        for (var failures = 0; ; failures++) {
            var begun = pace.nanos();
            try {
                return Optional.of(work());
            } catch (GodwitException e) {
                if (stopped) {
                    return Optional.empty();
                }
                if (!mayPass(e, failures) || failures == FAILURES_MAX) {
                    throw e;
                }
                if (pace.nanos() - begun > GOOD_NANOS) {
                    failures = 0;
                }
                // Whatever is down, the other server goes on to keep its log.
                carried.ifPresent(this::requireRoom);
                say.accept("%s Trying again. [%s]"
                        .formatted(e.problem().message(), e.problem().code()));
                pace.pause(PAUSE);
            }
        }
    }

    private void requireRoom(UUID run) {
        try {
            access.requireRoom(run);
        } catch (GodwitException e) {
            if (LOG_LOST.contains(e.problem().code())) {
                throw e;
            }
            LOG.debug(
                    "the log that is kept could not be looked at: {}",
                    e.problem().code());
        }
    }

    /**
     * After a failure the lease may be with a verb that, finding no worker, does its work itself, and soon ends. A password
     * that was right before may be in the midst of being changed.
     */
    private boolean mayPass(GodwitException e, int failures) {
        if (carried.isEmpty() && "unreachable".equals(e.problem().code())) {
            return failures < UNREACHED_MAX;
        }
        return e.retry() == Retry.LATER
                || (carried.isPresent() && isOfMissingRelation(e) && missing++ < MISSING_MAX)
                || (failures > 0 && WORKER_EXISTS.equals(e.problem().code()))
                || (carried.isPresent() && "wrong-password".equals(e.problem().code()));
    }

    /** Somebody's rollback takes the ledger away while this waits for the lease: the next look sees that the run is over. */
    private static boolean isOfMissingRelation(GodwitException e) {
        return RELATION_MISSING.equals(e.problem().code());
    }

    /** Ends the work at its next turn; the run goes on from there when it is started again. */
    public void stop() {
        stopped = true;
    }

    private Left work() {
        checked = Optional.empty();
        try (var session = access.target().openBriefly("worker")) {
            var ledger = access.ledger(session);
            var found = access.find(ledger);
            if (carried.isPresent() && found.filter(r -> !r.phase().isOver()).isEmpty()) {
                // It ended although the last answer was lost: a new run would not be what people asked for.
                return new Left(carried.get(), found.map(Run::phase).orElseGet(() -> rolledBack(carried.get())));
            }
            access.requireNotOver(found);
            var run = found.filter(r -> !r.phase().isOver()).orElseGet(() -> begin(ledger));
            carried = Optional.of(run.id());
            var changes = FileChanges.since(ledger, run, access).requireAllowed();
            if (!access.tryLease(session, run, START)) {
                throw workerExists(access.worker(session, run));
            }
            say(run, run.phase());
            adopt(ledger, changes);
            return logged(ledger, run);
        }
    }

    /** A rollback takes the ledger away last; one that is gone otherwise has taken the run's memory with it. */
    private Phase rolledBack(UUID run) {
        if (access.isOnSource(run)) {
            throw Problem.of(
                            "ledger-gone",
                            "The target has no ledger of the run any more, but the source has its gate or slot.",
                            "Look whether the target's URL leads to the server that it led to before; else bring its schema"
                                    + " godwit back. docs/how-to/resume-after-a-crash.md says what to do without it.")
                    .asException();
        }
        return Phase.ROLLED_BACK;
    }

    /** A verb that found no worker does its work itself, and soon ends; another worker stays. */
    private static GodwitException workerExists(Optional<Holder> holder) {
        var verb = holder.map(Holder::doing).filter(doing -> !doing.equals(START));
        var problem = Problem.of(
                WORKER_EXISTS,
                verb.map(doing -> doing.isEmpty() ? "Somebody else" : "Somebody else's " + doing)
                        .map("%s is at work on this run."::formatted)
                        .orElse("Another worker follows this run."),
                "See it with godwit status; end it before starting another.");
        return holder.isEmpty() || verb.isPresent()
                ? new GodwitException(problem, Retry.LATER, new IllegalStateException(WORKER_EXISTS))
                : problem.asException();
    }

    /** From now on the run goes by what the file says today. */
    private void adopt(PostgresLedger ledger, FileChanges changes) {
        if (!changes.keys().isEmpty()) {
            say.accept("Changed since the run was started last: %s.".formatted(String.join(", ", changes.keys())));
            changes.keys()
                    .forEach(key -> ledger.record(
                            new Ledger.Event(changes.run().id(), operator.name(), "change " + key, "done", "")));
        }
        ledger.redigest(changes.run().id(), MoveDigest.of(access.spec()));
    }

    private Left logged(PostgresLedger ledger, Run run) {
        try (var log = RunLog.open(operator.state(), run.id())) {
            begun(ledger, run);
            var left = drive(ledger, run);
            LOG.debug("the run is {}", left.phase().word());
            if (left.phase().isOver()) {
                log.remove();
            }
            return left;
        }
    }

    /** A worker that begins is an event, and so is that its connections may be unprotected. */
    private void begun(PostgresLedger ledger, Run run) {
        LOG.debug(
                "process {} works on the run, which is {}",
                ProcessHandle.current().pid(),
                run.phase().word());
        ledger.record(new Ledger.Event(run.id(), operator.name(), START, "begun", ""));
        if (access.spec().conduct().transport() == Conduct.Transport.INSECURE) {
            ledger.record(new Ledger.Event(run.id(), operator.name(), "insecure" + insecureBy(), "done", ""));
        }
    }

    private void say(Run run, Phase phase) {
        say.accept("Run " + run.id() + " is " + phase.word() + ".");
    }

    /** Who asks for less safety says so in a file, on the command line or in the environment: the ledger knows where. */
    private String insecureBy() {
        return settings.stream()
                .filter(setting -> setting.setting().equals("insecure"))
                .findFirst()
                .map(setting -> " by " + setting.origin())
                .orElse("");
    }

    private Run begin(PostgresLedger ledger) {
        var id = UUID.randomUUID();
        var steps = access.steps(id);
        try {
            steps.preflight();
            ledger.create();
            var run = ledger.begin(
                    id, access.spec().name(), MoveDigest.of(access.spec()).text());
            checked = Optional.of(steps);
            return run;
        } catch (RuntimeException e) {
            steps.close();
            throw e;
        }
    }

    /** The steps of a run; those of one that was begun just now, which have read the catalog already, or new ones. */
    private PostgresMove steps(Run run) {
        var known = checked;
        checked = Optional.empty();
        return known.orElseGet(() -> access.steps(run.id()));
    }

    private Left drive(PostgresLedger ledger, Run run) {
        try (var steps = steps(run)) {
            var phase = new MoveWorker(run, ledger, steps, pace, operator.name())
                    .onEntering(entered -> say(run, entered))
                    .work(() -> stopped);
            if (!phase.isOver()) {
                say.accept("Stopped while run %s is %s; godwit start takes it up again."
                        .formatted(run.id(), phase.word()));
            }
            return new Left(run.id(), phase);
        } catch (GodwitException e) {
            LOG.debug("the work ended: {}", e.problem().code(), e);
            if (e.retry() == Retry.NEVER && !stopped) {
                ledger.hold(run.id(), e.problem(), operator.name());
            }
            throw e;
        }
    }
}
