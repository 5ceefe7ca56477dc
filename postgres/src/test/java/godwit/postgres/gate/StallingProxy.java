package godwit.postgres.gate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A way to a server that can stop forwarding without closing anything, as a network that drops packets does. */
final class StallingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int to;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean stalled;

    StallingProxy(int to) {
        this.to = to;
        try {
            listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    void stall() {
        stalled = true;
    }

    private void accept() {
        try {
            while (true) {
                var here = listening.accept();
                var there = new Socket(InetAddress.getLoopbackAddress(), to);
                sockets.addAll(List.of(here, there));
                Thread.ofVirtual().start(() -> forward(here, there));
                Thread.ofVirtual().start(() -> forward(there, here));
            }
        } catch (IOException e) {
            stalled = true;
        }
    }

    private void forward(Socket from, Socket into) {
        try (InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream()) {
            var buffer = new byte[8192];
            for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (stalled) {
                    closed.await();
                }
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            stalled = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listening.close();
        for (var socket : sockets) {
            socket.close();
        }
    }
}
