package godwit.testkit.fake;

import godwit.move.Side;
import godwit.traffic.CutoverActions;
import java.util.Map;

/** A cutover between two fake databases without its effects. */
final class FakeRehearsal implements CutoverActions {
    private final CutoverActions real;

    FakeRehearsal(CutoverActions real) {
        this.real = real;
    }

    @Override
    public void checkBefore(Side from) {
        real.checkBefore(from);
    }

    @Override
    public long wayBackMillis(Side from) {
        return real.wayBackMillis(from);
    }

    @Override
    public void rehearseRoute(Side from) {}

    @Override
    public void advanceSequences(Side from) {}

    @Override
    public void fence(Side from) {}

    @Override
    public void catchUp(Side from) {
        real.catchUp(from);
    }

    @Override
    public void compareUnderFence(Side from) {}

    @Override
    public Map<String, Object> account() {
        return Map.of();
    }

    @Override
    public void recordWayBack(Side from) {}

    @Override
    public void decide(Side from, long epoch) {}

    @Override
    public void open(Side to, long epoch) {}

    @Override
    public void route(Side to) {}

    @Override
    public void undo(Side from) {}
}
