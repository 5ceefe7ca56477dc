package godwit.postgres.copy;

import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.Session;
import godwit.postgres.YieldingReads;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;

/**
 * Pairs of sessions, one on each side, that are kept from one chunk to the next: opening them costs more than the copy
 * of a small table.
 */
final class CopyLanes {
    private final Database source;
    private final Database target;
    private final Exemption exemption;
    private final YieldingReads reads;
    private final ConcurrentLinkedDeque<Lane> idle = new ConcurrentLinkedDeque<>();

    /** A session on either side. */
    record Lane(Session source, Session target) {}

    CopyLanes(Database source, Database target, Exemption exemption, YieldingReads reads) {
        this.source = source;
        this.target = target;
        this.exemption = exemption;
        this.reads = reads;
    }

    /** Runs work with a lane; one that the work failed on is not used again. */
    <T> T use(Function<Lane, T> work) {
        var lane = Optional.ofNullable(idle.poll()).orElseGet(this::opened);
        try {
            var result = work.apply(lane);
            idle.push(lane);
            return result;
        } catch (RuntimeException e) {
            end(lane);
            throw e;
        }
    }

    private Lane opened() {
        var from = source.open("copy");
        try {
            reads.add(from);
            var to = target.openApplying("copy", exemption);
            // A chunk and its row in the ledger are lost together or not at all; the end of a table is flushed.
            to.execute("SET synchronous_commit = off");
            CopyFrames.prepare(from);
            return new Lane(from, to);
        } catch (RuntimeException e) {
            end(from);
            throw e;
        }
    }

    /** Closes the lanes that nobody uses. */
    void closeIdle() {
        for (var lane = idle.poll(); lane != null; lane = idle.poll()) {
            end(lane);
        }
    }

    private void end(Lane lane) {
        end(lane.source());
        lane.target().abort();
    }

    private void end(Session reader) {
        reads.remove(reader.pid());
        reader.abort();
    }
}
