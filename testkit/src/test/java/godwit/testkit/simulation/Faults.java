package godwit.testkit.simulation;

import godwit.move.Side;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.Logged.Origin;
import godwit.testkit.fake.Write;
import java.util.List;

/** Breaks something every now and then. */
final class Faults {
    private final World world;
    private boolean ended;

    Faults(World world) {
        this.world = world;
        plan();
    }

    void end() {
        ended = true;
    }

    private void plan() {
        world.schedule().in(world.schedule().between(100, 1500), this::turn);
    }

    private void turn() {
        if (ended) {
            return;
        }
        var side = world.schedule().oneIn(2) ? Side.SOURCE : Side.TARGET;
        switch (world.schedule().below(5)) {
            case 0 -> world.kill();
            case 1, 2 -> world.crash(side);
            case 3 -> world.cut(side);
            default -> rewrite();
        }
        plan();
    }

    /** What VACUUM FULL does to a table that nobody uses just now. */
    private void rewrite() {
        var source = world.on(Side.SOURCE);
        if (source.isUp() && FakeTable.ALL.stream().noneMatch(source.gate()::isLocked)) {
            source.commit(Origin.GODWIT, List.of(new Write.Rewrite(FakeTable.PERSONS)));
        }
    }
}
