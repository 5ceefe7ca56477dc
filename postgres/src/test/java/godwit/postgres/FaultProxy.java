package godwit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a server that can be cut, and that can stop forwarding without a word, as a network that drops packets. */
public final class FaultProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int to;
    private final List<Pipe> pipes = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong requests = new AtomicLong();
    private volatile long cutAt = Long.MAX_VALUE;
    private volatile boolean cutsBehind;
    private volatile boolean stalled;

    public FaultProxy(int to) {
        this.to = to;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** From now on nothing is forwarded, on connections that are open and on new ones. */
    public void stall() {
        stalled = true;
        stallOpen();
    }

    /** The connections that are open now become half open; new ones work. */
    public void stallOpen() {
        pipes.forEach(pipe -> pipe.stalled = true);
    }

    /** How often clients have sent something: about once for each statement. */
    public long requests() {
        return requests.get();
    }

    /**
     * Ends all connections once, when clients send something for the so manieth time from now on.
     *
     * @param behind whether the server still gets it, so that only the answer is lost
     */
    public void cutAt(long request, boolean behind) {
        cutsBehind = behind;
        cutAt = requests.get() + request;
    }

    /** Ends the connections that are open now; both ends are told. */
    public void cut() {
        pipes.forEach(Pipe::close);
    }

    private void accept() {
        try {
            while (true) {
                var here = listening.accept();
                var pipe = new Pipe(here, new Socket(InetAddress.getLoopbackAddress(), to));
                pipe.stalled = stalled;
                pipes.add(pipe);
                Thread.ofVirtual().start(() -> pipe.forward(pipe.here, pipe.there, true));
                Thread.ofVirtual().start(() -> pipe.forward(pipe.there, pipe.here, false));
            }
        } catch (IOException e) {
            stalled = true;
        }
    }

    /** One connection through the proxy. */
    private final class Pipe {
        private final Socket here;
        private final Socket there;
        private volatile boolean stalled;

        Pipe(Socket here, Socket there) {
            this.here = here;
            this.there = there;
        }

        void forward(Socket from, Socket into, boolean isRequest) {
            try {
                var in = from.getInputStream();
                var out = into.getOutputStream();
                var buffer = new byte[8192];
                for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (stalled) {
                        closed.await();
                    }
                    var isCut = isRequest && requests.incrementAndGet() == cutAt;
                    if (!isCut || cutsBehind) {
                        out.write(buffer, 0, count);
                        out.flush();
                    }
                    if (isCut) {
                        cut();
                    }
                }
                close();
            } catch (IOException e) {
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void close() {
            try (here;
                    there) {
                stalled = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
