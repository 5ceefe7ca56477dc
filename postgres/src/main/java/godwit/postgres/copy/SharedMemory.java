package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.postgres.RowLimit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets chunks be copied beside each other, each holding one row in memory; a chunk whose row did not fit beside the
 * others' is copied again while no other is.
 */
final class SharedMemory {
    private final ReadWriteLock turns = new ReentrantReadWriteLock(true);

    void use(Runnable chunk) {
        try {
            within(turns.readLock(), chunk);
        } catch (GodwitException e) {
            if (!RowLimit.isUnfit(e)) {
                throw e;
            }
            within(turns.writeLock(), chunk);
        }
    }

    private static void within(Lock turn, Runnable chunk) {
        turn.lock();
        try {
            chunk.run();
        } finally {
            turn.unlock();
        }
    }
}
