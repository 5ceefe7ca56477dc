package godwit.cli;

import godwit.move.Side;
import godwit.postgres.move.SideView;
import godwit.run.Phase;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.traffic.Writes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What people can do next about a run, from what is known of it. */
final class Advice {
    private static final long OLD_SECONDS = 60;

    private static final Set<Phase> WITH_SLOT = EnumSet.of(
            Phase.FILLING, Phase.FOLLOWING, Phase.READY, Phase.SWITCHING, Phase.SWITCHED, Phase.SWITCHING_BACK);

    private Advice() {}

    /**
     * What is known.
     *
     * @param followed whether a worker has the lease
     */
    record Facts(Run run, Steering steering, Writes writes, boolean followed, List<SideView> sides) {}

    static List<String> of(Facts facts) {
        var advice = new ArrayList<String>();
        facts.run().problem().ifPresent(problem -> advice.add(problem.hint() + "  [" + problem.code() + "]"));
        for (var side : facts.sides()) {
            of(side, facts.run(), advice);
        }
        if (facts.writes() == Writes.UNKNOWN) {
            advice.add(
                    "Bring back the server that does not answer: until then nobody knows which side has the writes.");
        }
        if (!facts.followed() && !facts.run().phase().isOver()) {
            advice.add("Let somebody follow the run: godwit start.");
        }
        if (facts.steering().isPaused()) {
            advice.add("Let it go on when you want: godwit resume.");
        }
        if (advice.isEmpty()) {
            advice.add(usual(facts.run().phase()));
        }
        return List.copyOf(advice);
    }

    private static void of(SideView side, Run run, List<String> advice) {
        side.problem().ifPresent(problem -> advice.add(problem.hint() + "  [" + problem.code() + "]"));
        if (side.problem().isPresent()) {
            return;
        }
        if (side.side() == Side.SOURCE && side.slots().isEmpty() && WITH_SLOT.contains(run.phase())) {
            advice.add("The source's slot is gone, and with it the changes since: godwit rollback, then start again.");
        }
        side.slots().stream()
                .filter(slot -> slot.walStatus().equals("lost"))
                .forEach(slot -> advice.add(
                        "The log of slot %s is lost: godwit rollback, then start again.".formatted(slot.name())));
        side.lockWaits().stream()
                .filter(wait -> wait.application().startsWith("godwit"))
                .forEach(wait -> advice.add("Godwit's process %d waits on the %s for the processes %s: let them end."
                        .formatted(wait.pid(), side.side().word(), wait.by())));
        side.longTransactions().stream()
                .filter(open -> open.seconds() > OLD_SECONDS)
                .forEach(open -> advice.add(
                        "Process %d on the %s has a transaction open for %d s: it delays a start, a proof and a switch."
                                .formatted(open.pid(), side.side().word(), open.seconds())));
        if (!side.seesOthers()) {
            advice.add("GRANT pg_monitor TO Godwit's role on the %s, to see what other sessions do."
                    .formatted(side.side().word()));
        }
    }

    private static String usual(Phase phase) {
        return switch (phase) {
            case PLANNED, EXPANDING, FILLING, FOLLOWING -> "Wait: it goes on by itself until it is ready.";
            case READY -> "Compare with godwit verify; move the writes with godwit switch.";
            case SWITCHING, SWITCHING_BACK -> "Wait: the writes are moving.";
            case SWITCHED -> "Go back with godwit switch --back, or end the run with godwit complete.";
            case COMPLETING, ROLLING_BACK -> "Wait: what is not needed any more is being taken away.";
            case COMPLETED, ROLLED_BACK -> "Nothing: the run is over.";
        };
    }
}
