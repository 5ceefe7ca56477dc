package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.Conduct.Mode;
import godwit.move.RowKey;
import godwit.move.Side;
import godwit.move.Tuple;
import godwit.run.Phase;
import godwit.run.Verb;
import godwit.testkit.fake.FakeTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Kills the worker before and after every one of its effects, once each, and has another go on. */
class KillTest {
    private static final long SEED = 7;
    private static final long MILLIS_MAX = 120_000;
    private static final List<Verb> THERE_AND_BACK = List.of(Verb.SWITCH, Verb.SWITCH_BACK, Verb.VERIFY);

    @Test
    void aMoveThatIsKilledAnywhereIsSwitchedThereAndBackWithNothingLost() {
        var points = killedEverywhere(THERE_AND_BACK, KillTest::requireInStep);

        assertThat(points).contains("create slot", "write chunk", "fence", "decide: set epoch", "apply", "confirm");
    }

    @Test
    void aMoveThatIsKilledAnywhereIsCompletedAndLeavesOnlyTheLedger() {
        killedEverywhere(List.of(Verb.SWITCH, Verb.COMPLETE), world -> {
            world.promises().requireNoTraces();
            assertThat(world.on(Side.SOURCE).notes()).containsKey("sealed");
        });
    }

    @Test
    void aMoveThatIsKilledAnywhereIsRolledBackFromTheTargetAndLeavesNothing() {
        killedEverywhere(
                List.of(Verb.SWITCH, Verb.ROLLBACK), world -> world.promises().requireNoTraces());
    }

    @Test
    void aMoveThatIsKilledAnywhereCanBeRolledBackFromThere() {
        for (var kill = 1; ; kill++) {
            var killing = new KillOnce(kill);
            var world = new World(SEED, killing, Set.of()).withClients(2);
            var asker = new Asker(world, THERE_AND_BACK);
            world.work(MILLIS_MAX, () -> killing.isDone() || asker.isDone());
            if (!killing.isDone()) {
                return;
            }
            asker.giveUp();
            var rollback = new Asker(world, List.of(Verb.ROLLBACK));
            named(killing, () -> {
                world.work(MILLIS_MAX, rollback::isDone);
                requireDone(world, rollback);
                world.promises().requireNoTraces();
            });
        }
    }

    @Test
    void aMoveThatIsKilledAnywhereStaysPausedUntilItIsResumed() {
        var points = killedEverywhere(List.of(Verb.PAUSE, Verb.RESUME, Verb.SWITCH), world -> {
            assertThat(world.ledger().steering(World.RUN).isPaused()).isFalse();
            requireInStep(world);
        });

        assertThat(points).contains("ledger: steer");
    }

    @Test
    void aPausedMoveCanBeRolledBackFromTheTarget() {
        var world = new World(SEED, new KillOnce(Integer.MAX_VALUE), Set.of()).withClients(2);
        var pause = new Asker(world, List.of(Verb.SWITCH, Verb.PAUSE));
        world.work(MILLIS_MAX, pause::isDone);

        var rollback = new Asker(world, List.of(Verb.ROLLBACK));
        world.work(MILLIS_MAX, rollback::isDone);

        requireDone(world, rollback);
        world.promises().requireNoTraces();
    }

    @Test
    void aFullCopyThatIsKilledAnywhereIsProvenAndEndsWithTheWritesWhereTheyWere() {
        for (var kill = 1; ; kill++) {
            var killing = new KillOnce(kill);
            var world = new World(SEED, killing, Set.of()).in(Mode.FULL).withClients(2);
            named(killing, () -> {
                world.work(MILLIS_MAX, () -> world.phase().isOver());
                assertThat(world.phase()).isEqualTo(Phase.COMPLETED);
                assertThat(world.on(Side.SOURCE).notes()).doesNotContainKey("sealed");
                world.promises().requireNoTraces();
            });
            if (!killing.isDone()) {
                return;
            }
        }
    }

    @Test
    void whatWasAskedForAtTheEndIsKeptOverAKill() {
        var leaveWritable = Map.of("leaveWritable", "true");
        for (var kill = 1; ; kill++) {
            var killing = new KillOnce(kill, "drop slot", "unguard", "drop gate", "ledger: enter completing");
            var world = new World(SEED, killing, Set.of()).withClients(2);
            world.stopClients();
            var asker = new Asker(world, List.of(Verb.SWITCH, Verb.COMPLETE), leaveWritable);
            world.work(MILLIS_MAX, asker::isDone);
            named(killing, () -> assertThat(world.on(Side.SOURCE).notes()).doesNotContainKey("sealed"));
            if (!killing.isDone()) {
                return;
            }
        }
    }

    @Test
    void tablesThatWereToBeKeptAtARollbackAreKeptOverAKill() {
        var keepTarget = Map.of("keepTarget", "true");
        for (var kill = 1; ; kill++) {
            var killing = new KillOnce(kill, "drop slot", "unguard", "drop gate", "ledger: enter rolling back");
            var world = new World(SEED, killing, Set.of()).withClients(2);
            world.stopClients();
            var asker = new Asker(world, List.of(Verb.VERIFY, Verb.ROLLBACK), keepTarget);
            world.work(MILLIS_MAX, asker::isDone);
            named(killing, () -> {
                for (var table : FakeTable.values()) {
                    assertThat(rows(world, Side.TARGET, table))
                            .containsExactlyInAnyOrderElementsOf(rows(world, Side.SOURCE, table))
                            .isNotEmpty();
                }
            });
            if (!killing.isDone()) {
                return;
            }
        }
    }

    private static List<RowKey> rows(World world, Side side, FakeTable table) {
        return world.on(side).rows().of(table).stream().map(Tuple::wholeRow).toList();
    }

    /** Kills at the first, the second, … effect until a move comes to its end alive; returns where it was killed. */
    private static List<String> killedEverywhere(List<Verb> wishes, Consumer<World> atTheEnd) {
        var points = new ArrayList<String>();
        for (var kill = 1; ; kill++) {
            var killing = new KillOnce(kill);
            var world = new World(SEED, killing, Set.of()).withClients(2);
            named(killing, () -> {
                var asker = new Asker(world, wishes);
                world.work(MILLIS_MAX, asker::isDone);
                requireDone(world, asker);
                atTheEnd.accept(world);
            });
            if (!killing.isDone()) {
                return points;
            }
            points.add(killing.where());
        }
    }

    private static void requireDone(World world, Asker asker) {
        world.schedule().pass(100);
        assertThat(asker.isDone()).as("everything asked for is done").isTrue();
    }

    private static void requireInStep(World world) {
        world.stopClients();
        world.schedule().pass(1000);
        var until = world.schedule().now() + 1000;
        world.work(
                MILLIS_MAX, () -> world.phase().isInStep() && world.schedule().now() > until);
        world.promises().requireInStep();
    }

    private static void named(KillOnce killing, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("killed at " + killing.where() + ": " + e.getMessage(), e);
        }
    }
}
