package godwit.testkit.simulation;

import java.util.Optional;

/** Calls somebody once, before or after the effect of this number, if that is no effect of a stream. */
final class StallOnce implements Killing {
    private final int number;
    private int passed;
    private Optional<Runnable> then = Optional.empty();
    private String where = "nowhere";

    StallOnce(int number) {
        this.number = number;
    }

    /** From now on effects count. */
    void then(Runnable action) {
        then = Optional.of(action);
    }

    @Override
    public void around(String effect, Runnable kill) {
        var isStream = effect.equals("apply") || effect.equals("confirm") || effect.equals("save position");
        if (then.isPresent() && !isStream && ++passed == number) {
            where = effect;
            then.get().run();
        }
    }

    boolean isDone() {
        return passed >= number;
    }

    String where() {
        return where;
    }
}
