package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.run.Phase;
import godwit.testkit.fake.FakeGate;
import godwit.testkit.fake.FakeTable;
import godwit.traffic.Journal;
import godwit.traffic.Writes;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What holds after every event, whatever fails. */
final class Promises {
    private final World world;

    Promises(World world) {
        this.world = world;
    }

    void check() {
        neverBothOpen();
        noTwoDecisionsAtOnce();
        theLeaderHasEveryCommitOnce();
        theFollowerIsAPrefix();
    }

    private FakeGate gate(Side side) {
        return world.on(side).gate();
    }

    private static void require(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }

    private void neverBothOpen() {
        if (isUnderWay()) {
            require(!gate(Side.SOURCE).takesWrites() || !gate(Side.TARGET).takesWrites(), "both sides take writes");
        }
    }

    /** While the target's tables are being made nobody has been told of them yet. */
    private boolean isUnderWay() {
        return switch (world.phase()) {
            case FILLING, FOLLOWING, READY, SWITCHING, SWITCHED, SWITCHING_BACK -> true;
            case PLANNED, EXPANDING, COMPLETING, COMPLETED, ROLLING_BACK, ROLLED_BACK -> false;
        };
    }

    private void noTwoDecisionsAtOnce() {
        if (isUnderWay()) {
            var source = epoch(Side.SOURCE).orElseThrow();
            var target = epoch(Side.TARGET).orElseThrow();
            require(Math.abs(source - target) <= 1, "a decision was made before the last one was carried out");
        }
    }

    private Journal journal() {
        return new Journal(epoch(Side.SOURCE), epoch(Side.TARGET));
    }

    private OptionalLong epoch(Side side) {
        return OptionalLong.of(gate(side).epoch().orElse(Journal.FIRST_EPOCH));
    }

    /** Who has the writes, by the gates themselves. */
    Side owner() {
        return switch (world.phase()) {
            case COMPLETING, COMPLETED -> world.mode() == Mode.LIVE ? Side.TARGET : Side.SOURCE;
            case ROLLING_BACK, ROLLED_BACK -> Side.SOURCE;
            case PLANNED, EXPANDING, FILLING, FOLLOWING, READY, SWITCHING, SWITCHED, SWITCHING_BACK ->
                journal().writes() == Writes.SOURCE ? Side.SOURCE : Side.TARGET;
        };
    }

    void requireOwner(Side side) {
        assertThat(side)
                .as("the side on which a client commits, in " + world.phase())
                .isEqualTo(owner());
    }

    private void theLeaderHasEveryCommitOnce() {
        var leader = world.on(owner());
        if (leader.rows().hash() != world.truth().rows().hash()) {
            requireSame(owner());
        }
    }

    private void requireSame(Side side) {
        for (var table : FakeTable.ALL) {
            assertThat(world.on(side).rows().counted(table))
                    .as("%s on the %s, which has the writes", table.name(), side.word())
                    .isEqualTo(world.truth().rows().counted(table));
        }
    }

    private void theFollowerIsAPrefix() {
        if (world.phase().isInStep()) {
            var follower = world.on(owner().other());
            require(
                    world.truth().hasPrefix(follower.rows()),
                    "the follower does not have just what some of the first commits come to");
        }
    }

    /** Both sides hold the same, when everybody has come to rest. */
    void requireInStep() {
        requireSame(Side.SOURCE);
        requireSame(Side.TARGET);
    }

    /** What a run leaves behind that is over. */
    void requireNoTraces() {
        assertThat(Stream.of(Side.values()).flatMap(side -> world.on(side).slots().names().stream()))
                .as("slots")
                .isEmpty();
        if (world.phase() == Phase.COMPLETED) {
            requireSame(owner());
            assertThat(world.on(Side.SOURCE).notes().keySet())
                    .as("on the source")
                    .allMatch(n -> isOurs(n, true));
            assertThat(world.on(Side.TARGET).notes().keySet())
                    .as("on the target")
                    .allMatch(n -> isOurs(n, false));
            return;
        }
        requireSame(Side.SOURCE);
        assertThat(world.on(Side.SOURCE).notes().keySet()).as("on the source").allMatch(n -> isOurs(n, false));
        assertThat(world.on(Side.TARGET).notes().keySet()).as("on the target").isEmpty();
        assertThat(FakeTable.ALL)
                .allMatch(t -> world.on(Side.TARGET).rows().of(t).isEmpty());
        assertThat(world.ledger().isEmpty()).as("the ledger is gone").isTrue();
    }

    private static boolean isOurs(String note, boolean sealed) {
        return note.startsWith("table ") || (sealed && note.equals("sealed"));
    }
}
