package godwit.testkit.simulation;

import java.util.Set;

/** Kills the process once, at the effect of this number; each effect counts twice, before it and after it. */
final class KillOnce implements Killing {
    private final int number;
    private final Set<String> effects;
    private int passed;
    private String where = "nowhere";

    /** @param effects those that count; none: all do */
    KillOnce(int number, String... effects) {
        this.number = number;
        this.effects = Set.of(effects);
    }

    @Override
    public void around(String effect, Runnable kill) {
        if ((effects.isEmpty() || effects.contains(effect)) && ++passed == number) {
            where = effect;
            kill.run();
        }
    }

    boolean isDone() {
        return passed >= number;
    }

    /** The effect at which it killed. */
    String where() {
        return where;
    }
}
