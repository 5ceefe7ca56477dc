package godwit.postgres;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Work that goes on beside a test, each piece in a thread of its own, because it may block for long. */
public final class Beside {
    private Beside() {}

    public static CompletableFuture<Void> run(Runnable work) {
        return CompletableFuture.runAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }

    public static <T> CompletableFuture<T> supply(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }
}
