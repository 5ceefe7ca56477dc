package godwit.testkit.fake;

import godwit.Problem;
import godwit.move.Side;
import godwit.testkit.fake.Logged.Origin;
import godwit.traffic.CutoverActions;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The effects of a cutover between two fake databases. */
final class FakeCutover implements CutoverActions {
    private static final long PAUSE_MILLIS_MAX = 3000;
    private static final long CATCH_UP_MILLIS_MAX = 30_000;

    private final FakeProcess process;
    private final FakeStreams streams;
    private final FakeMove.Route route;
    private FakeGate.@Nullable Exclusive fence;
    private Side fenced = Side.SOURCE;
    private int fenceConnection;
    private OptionalLong decided = OptionalLong.empty();
    private String early = "";

    FakeCutover(FakeProcess process, FakeStreams streams, FakeMove.Route route) {
        this.process = process;
        this.streams = streams;
        this.route = route;
    }

    private FakeDatabase on(Side side) {
        return process.databases().on(side);
    }

    @Override
    public void checkBefore(Side from) {
        streams.requireAlive();
        awaitMarker(from, marker(from), CATCH_UP_MILLIS_MAX);
    }

    private String marker(Side from) {
        var marker = UUID.nameUUIDFromBytes(on(from).end().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
        process.does(from, "emit marker", () -> on(from).commit(Origin.GODWIT, List.of(), marker));
        return marker;
    }

    private void awaitMarker(Side from, String marker, long millisMax) {
        var stream = streams.from(from);
        var passed = process.await(millisMax, () -> {
            stream.requireAlive();
            return stream.hasPassed(marker);
        });
        if (!passed) {
            throw FakeProcess.passing("stream-not-caught-up", "The stream did not catch up.");
        }
    }

    @Override
    public long wayBackMillis(Side from) {
        var began = process.pace().nanos();
        awaitMarker(from.other(), marker(from.other()), CATCH_UP_MILLIS_MAX);
        return (process.pace().nanos() - began) / 1_000_000;
    }

    @Override
    public void rehearseRoute(Side from) {
        process.does(from, "rehearse route", () -> route.lead(from));
    }

    @Override
    public void advanceSequences(Side from) {
        early = "";
        if (process.makes(Mistake.POSITION_BEFORE_DRAIN)) {
            early = marker(from);
        }
    }

    @Override
    public void fence(Side from) {
        var raised = new FakeGate.Exclusive();
        fence = raised;
        fenced = from;
        var asked = process.effect(from, "fence", () -> {
            fenceConnection = process.connection(from);
            return on(from).gate().ask(raised);
        });
        if (!asked || !process.await(PAUSE_MILLIS_MAX, on(from).gate()::isDrained)) {
            on(from).gate().release(raised);
            throw Problem.of(
                            "writers-not-drained",
                            "Transactions that had begun to write did not end in time.",
                            "Try again.")
                    .asException();
        }
        process.does(from, "drained", () -> requireStanding(from, raised));
    }

    private void requireStanding(Side from, FakeGate.Exclusive raised) {
        if (raised.isBroken() || fenceConnection != process.connection(from)) {
            throw FakeProcess.lost(from);
        }
    }

    @Override
    public void catchUp(Side from) {
        awaitMarker(from, early.isEmpty() ? marker(from) : early, PAUSE_MILLIS_MAX);
    }

    @Override
    public void compareUnderFence(Side from) {
        process.does(from, "compare under fence", () -> {});
    }

    @Override
    public Map<String, Object> account() {
        return Map.of();
    }

    @Override
    public void recordWayBack(Side from) {
        var to = from.other();
        var position = process.effect(
                to,
                "emit start of way back",
                () -> on(to).commit(Origin.GODWIT, List.of()).commit());
        var note = new Write.Put(FakeStream.progressNote(to), position);
        process.does(from, "record way back", () -> on(from).commit(Origin.GODWIT, List.of(note)));
        streams.from(to).filter().applyFrom(position);
    }

    @Override
    public void decide(Side from, long epoch) {
        if (process.makes(Mistake.OPEN_BEFORE_DECIDE)) {
            setEpoch(from.other(), epoch);
        }
        var raised = java.util.Objects.requireNonNull(fence);
        process.does(from, "decide: set epoch", () -> {
            requireStanding(from, raised);
            on(from).gate().setEpoch(epoch);
        });
        process.does(from, "decide: commit", () -> {
            requireStanding(from, raised);
            on(from).flush();
            on(from).gate().release(raised);
        });
        decided = OptionalLong.of(epoch);
        fence = null;
    }

    @Override
    public void open(Side to, long epoch) {
        if (streams.isOpen(to.other())) {
            streams.from(to.other()).filter().applyNothing();
        }
        if (!decided.equals(OptionalLong.of(epoch))) {
            setEpoch(to.other(), epoch);
        }
        setEpoch(to, epoch);
    }

    private void setEpoch(Side side, long epoch) {
        process.does(side, "set epoch", () -> {
            var gate = on(side).gate();
            if (process.makes(Mistake.EPOCH_GOES_BACK)) {
                gate.overwriteEpoch(epoch);
            } else {
                gate.setEpoch(epoch);
            }
        });
        process.does(side, "commit epoch", () -> on(side).flush());
    }

    @Override
    public void route(Side to) {
        process.does(to, "route", () -> route.lead(to));
    }

    void endSessions() {
        if (fence != null) {
            on(fenced).gate().release(fence);
        }
    }

    @Override
    public void undo(Side from) {
        if (fence != null) {
            on(from).gate().release(fence);
            fence = null;
        }
        streams.from(from.other()).filter().applyNothing();
    }
}
