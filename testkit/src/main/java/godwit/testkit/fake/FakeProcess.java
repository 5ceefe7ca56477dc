package godwit.testkit.fake;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.run.Pace;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A worker's process: all its effects go through here, so that it can be killed, cut off and slowed down at each.
 *
 * <p>What is cut off during an effect does not learn whether the effect took place.
 */
public final class FakeProcess {
    private static final Duration TURN = Duration.ofMillis(10);

    private final Databases databases;
    private final Effects effects;
    private final Pace pace;
    private final Set<Mistake> mistakes;
    private final Map<Side, Integer> cuts = new EnumMap<>(Side.class);
    private final Set<Side> cut = java.util.EnumSet.noneOf(Side.class);
    private Mode mode = Mode.LIVE;
    private final Thread own = Thread.currentThread();
    private boolean alive = true;
    private boolean interrupted;

    public FakeProcess(Databases databases, Effects effects, Pace pace, Set<Mistake> mistakes) {
        this.databases = databases;
        this.effects = effects;
        this.pace = pace;
        this.mistakes = Set.copyOf(mistakes);
    }

    Databases databases() {
        return databases;
    }

    Pace pace() {
        return pace;
    }

    boolean makes(Mistake mistake) {
        return mistakes.contains(mistake);
    }

    /** The same process, working on a move that ends elsewhere. */
    public FakeProcess in(Mode other) {
        mode = other;
        return this;
    }

    Mode mode() {
        return mode;
    }

    public void kill() {
        alive = false;
    }

    public boolean isAlive() {
        return alive;
    }

    /** Cuts the connections to one database; those that are opened later work when {@link #heal} was called. */
    public void cut(Side side) {
        cut.add(side);
        cuts.merge(side, 1, Integer::sum);
    }

    public void heal(Side side) {
        cut.remove(side);
    }

    /** Names the connections to a side that are open now: another number means that they are gone. */
    int connection(Side side) {
        return cuts.getOrDefault(side, 0) * 1000 + databases.on(side).starts();
    }

    /** Ends the sessions of the step that runs beside the caller, so that it fails at its next effect. */
    void interrupt() {
        interrupted = true;
    }

    private boolean isInterrupted() {
        return interrupted && Thread.currentThread() != own;
    }

    /** Has an effect on one database. */
    <T> T effect(Side side, String name, Supplier<T> action) {
        requireAlive();
        var connection = connection(side);
        effects.before(name);
        requireReachable(side, connection);
        var result = action.get();
        effects.after(name);
        requireReachable(side, connection);
        return result;
    }

    void does(Side side, String name, Runnable action) {
        effect(side, name, () -> {
            action.run();
            return true;
        });
    }

    private void requireReachable(Side side, int connection) {
        requireAlive();
        if (cut.contains(side) || !databases.on(side).isUp() || connection != connection(side) || isInterrupted()) {
            throw lost(side);
        }
    }

    static GodwitException lost(Side side) {
        return passing("unreachable", "The connection to the " + side.word() + " was lost.");
    }

    static GodwitException passing(String code, String message) {
        var problem = Problem.of(code, message, "It is tried again.");
        return new GodwitException(problem, Retry.LATER, new IllegalStateException(code));
    }

    /** A process that was killed does nothing more. */
    public void requireAlive() {
        if (!alive) {
            throw new Killed("killed");
        }
    }

    /** Waits until a condition holds; false when it did not within the limit. */
    boolean await(long millisMax, BooleanSupplier condition) {
        var until = pace.nanos() + Duration.ofMillis(millisMax).toNanos();
        while (!condition.getAsBoolean()) {
            if (pace.nanos() >= until) {
                return false;
            }
            pace.pause(TURN);
            requireAlive();
            if (isInterrupted()) {
                throw passing("interrupted", "The step was ended.");
            }
        }
        return true;
    }
}
