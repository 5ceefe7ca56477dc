package godwit.postgres.move;

import godwit.move.Side;
import godwit.traffic.CutoverActions;
import java.util.HashMap;
import java.util.Map;

/** The actions of a cutover, after some of which something else happens. */
final class Interposed implements CutoverActions {
    private final CutoverActions actions;
    private final Map<String, Runnable> after = new HashMap<>();

    Interposed(CutoverActions actions) {
        this.actions = actions;
    }

    Interposed after(String action, Runnable what) {
        after.put(action, what);
        return this;
    }

    private void happen(String action, Runnable own) {
        own.run();
        after.getOrDefault(action, () -> {}).run();
    }

    @Override
    public void checkBefore(Side from) {
        happen("checkBefore", () -> actions.checkBefore(from));
    }

    @Override
    public void rehearseRoute(Side from) {
        happen("rehearseRoute", () -> actions.rehearseRoute(from));
    }

    @Override
    public void advanceSequences(Side from) {
        happen("advanceSequences", () -> actions.advanceSequences(from));
    }

    @Override
    public void fence(Side from) {
        happen("fence", () -> actions.fence(from));
    }

    @Override
    public void catchUp(Side from) {
        happen("catchUp", () -> actions.catchUp(from));
    }

    @Override
    public void compareUnderFence(Side from) {
        happen("compareUnderFence", () -> actions.compareUnderFence(from));
    }

    @Override
    public Map<String, Object> account() {
        return actions.account();
    }

    @Override
    public void recordWayBack(Side from) {
        happen("recordWayBack", () -> actions.recordWayBack(from));
    }

    @Override
    public void decide(Side from, long epoch) {
        happen("decide", () -> actions.decide(from, epoch));
    }

    @Override
    public void open(Side to, long epoch) {
        happen("open", () -> actions.open(to, epoch));
    }

    @Override
    public void route(Side to) {
        happen("route", () -> actions.route(to));
    }

    @Override
    public void undo(Side from) {
        happen("undo", () -> actions.undo(from));
    }
}
