package godwit.testkit.simulation;

import godwit.run.Verb;
import godwit.testkit.fake.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One move from its start to its end under clients, faults and requests that a seed decides. */
final class Simulation {
    private static final int CLIENTS = 4;
    private static final int KILL_ONE_IN = 300;
    private static final long FAULTY_MILLIS_MAX = 60_000;
    private static final long QUIET_MILLIS_MAX = 300_000;

    private final World world;
    private final Schedule schedule;
    private boolean quiet;

    private Simulation(long seed, Set<Mistake> mistakes) {
        this.world = new World(seed, this::killSometimes, mistakes);
        this.schedule = world.schedule();
    }

    static void run(long seed, Set<Mistake> mistakes) {
        try {
            new Simulation(seed, mistakes).run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private void killSometimes(String effect, Runnable kill) {
        if (!quiet && schedule.oneIn(KILL_ONE_IN)) {
            kill.run();
        }
    }

    private void run() {
        world.withClients(CLIENTS);
        var faults = new Faults(world);
        var asker = new Asker(world, wishes());
        world.work(FAULTY_MILLIS_MAX, asker::isDone);
        faults.end();
        quiet = true;
        world.work(QUIET_MILLIS_MAX, asker::isDone);
        world.stopClients();
        schedule.pass(10_000);
        if (world.phase().isOver()) {
            world.promises().requireNoTraces();
        } else {
            settle();
        }
    }

    private List<Verb> wishes() {
        var wishes = new ArrayList<Verb>();
        for (var n = schedule.below(3); n >= 0; n--) {
            wishes.add(Verb.SWITCH);
            if (schedule.oneIn(2)) {
                wishes.add(Verb.VERIFY);
            }
            wishes.add(Verb.SWITCH_BACK);
        }
        switch (schedule.below(4)) {
            case 0 -> wishes.add(Verb.ROLLBACK);
            case 1 -> wishes.addAll(List.of(Verb.SWITCH, Verb.ROLLBACK));
            case 2 -> wishes.addAll(List.of(Verb.SWITCH, Verb.COMPLETE));
            default -> wishes.add(Verb.VERIFY);
        }
        return schedule.oneIn(5) ? List.of(Verb.ROLLBACK) : wishes;
    }

    /** Lets the stream come to its end, now that nobody writes. */
    private void settle() {
        var until = schedule.now() + 5000;
        world.work(QUIET_MILLIS_MAX, () -> world.phase().isInStep() && schedule.now() > until);
        world.promises().requireInStep();
    }
}
