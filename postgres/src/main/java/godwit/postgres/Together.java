package godwit.postgres;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Several works at once, each with sessions of its own, because both mostly wait for a server. */
public final class Together {
    private Together() {}

    /**
     * Does one work in the caller's thread and the other beside it, and goes on when both have ended.
     *
     * @throws RuntimeException what the first failed with, else what the second failed with
     */
    public static <A, B, R> R both(Supplier<A> here, Supplier<B> beside, BiFunction<A, B, R> then) {
        var begun = CompletableFuture.supplyAsync(
                beside,
                work -> Thread.ofPlatform().daemon().name("godwit-beside").start(work));
        A own;
        try {
            own = here.get();
        } catch (RuntimeException e) {
            begun.handle((result, failure) -> true).join();
            throw e;
        }
        return then.apply(own, result(begun));
    }

    /**
     * Does all of them at once and goes on when all have ended.
     *
     * @throws RuntimeException what the first of them that failed did so with
     */
    public static void all(List<Runnable> works) {
        var begun = works.stream()
                .map(work -> CompletableFuture.runAsync(
                        work,
                        each -> Thread.ofPlatform()
                                .daemon()
                                .name("godwit-beside")
                                .start(each)))
                .toList();
        begun.forEach(each -> each.handle((result, failure) -> true).join());
        begun.forEach(Together::result);
    }

    private static <T> T result(CompletableFuture<T> begun) {
        try {
            return begun.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }
}
