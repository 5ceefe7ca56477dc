package godwit.testkit.simulation;

import java.util.concurrent.Semaphore;

/** A thread that goes on only when it is told to, while the one that tells it waits. */
final class Companion {
    private final Semaphore its = new Semaphore(0);
    private final Semaphore others = new Semaphore(0);
    private final Thread thread;
    private boolean ended;

    Companion(Runnable work) {
        this.thread = Thread.ofVirtual().start(() -> {
            its.acquireUninterruptibly();
            try {
                work.run();
            } finally {
                ended = true;
                others.release();
            }
        });
    }

    boolean isCaller() {
        return Thread.currentThread() == thread;
    }

    /** Lets it go on until it gives way or ends. */
    void goOn() {
        its.release();
        others.acquireUninterruptibly();
    }

    /** Called by itself: waits until it is told to go on. */
    void giveWay() {
        others.release();
        its.acquireUninterruptibly();
    }

    boolean hasEnded() {
        return ended;
    }
}
