package godwit.run.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.run.RealPace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ValveTest {
    private final Valve valve = new Valve(new RealPace(), 2);

    @Test
    void soManyAreInsideAtOnceAndTheNextComesWhenOneLeaves() {
        valve.enter();
        valve.enter();
        var third = beside(valve::enter);

        assertWaits(third);

        valve.leave();
        third.join();
    }

    @Test
    void morePlacesLetThoseWhoWaitIn() {
        valve.allow(0);
        var first = beside(valve::enter);

        assertWaits(first);

        valve.allow(1);
        first.join();
    }

    @Test
    void nobodyEntersAPausedValveButWhoIsInsideMayEnd() {
        valve.enter();
        valve.pause();
        var second = beside(valve::enter);
        var build = beside(valve::awaitResumed);
        valve.passed(1000);
        valve.leave();

        assertWaits(second);
        assertWaits(build);

        valve.resume();
        second.join();
        build.join();
    }

    @Test
    void aHigherRateFreesWhoWaitsForALowerOne() {
        valve.limit(1);
        var slow = beside(() -> valve.passed(1_000_000));

        assertWaits(slow);

        valve.limit(0);
        slow.join();
    }

    @Test
    void whoWaitsAtTheEndFails() {
        valve.pause();
        var waiting = beside(valve::enter);
        valve.end();

        assertThatExceptionOfType(java.util.concurrent.CompletionException.class)
                .isThrownBy(waiting::join)
                .havingCause()
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("copy-interrupted"));
    }

    private static CompletableFuture<Void> beside(Runnable work) {
        return CompletableFuture.runAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }

    private static void assertWaits(CompletableFuture<Void> work) {
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> work.get(50, TimeUnit.MILLISECONDS));
        assertThat(work).isNotDone();
    }
}
