package godwit.testkit.fake;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.move.Side;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Both streams of a run, in one process. */
public final class FakeStreams {
    private final FakeProcess process;
    private final Map<Side, FakeStream> open = new EnumMap<>(Side.class);
    private boolean paused;
    private Optional<GodwitException> broken = Optional.empty();

    FakeStreams(FakeProcess process) {
        this.process = process;
    }

    boolean isOpen(Side from) {
        return open.containsKey(from);
    }

    FakeStream from(Side side) {
        var stream = open.get(side);
        if (stream == null) {
            throw new IllegalStateException("no stream follows the " + side.word());
        }
        return stream;
    }

    /** Opens the stream that follows a side, applying if that side has the writes. */
    void open(Side from, Side writes) {
        var note = FakeStream.progressNote(from);
        var to = process.databases().on(from.other());
        var position = (Lsn)
                process.effect(to.side(), "read position", () -> to.note(note).orElse(Lsn.ZERO));
        var applyFrom = writes == from ? Optional.of(position) : Optional.<Lsn>empty();
        process.does(from, "open stream", () -> open.put(from, new FakeStream(process, from, position, applyFrom)));
    }

    void begin() {
        open.values().forEach(FakeStream::begin);
    }

    /** A stream ends like this, until the streams are opened again. */
    public void breakOff(GodwitException failure) {
        broken = Optional.of(failure);
    }

    void requireAlive() {
        if (broken.isPresent()) {
            throw broken.get();
        }
        open.values().forEach(FakeStream::requireAlive);
    }

    void close() {
        open.values().forEach(FakeStream::close);
        open.clear();
        broken = Optional.empty();
    }

    /** Whether nothing is to be applied for now. */
    void pause(boolean wanted) {
        paused = wanted;
    }

    /** Lets each stream apply a batch. */
    public void step() {
        if (paused) {
            return;
        }
        List.copyOf(open.values()).forEach(FakeStream::step);
    }
}
