package godwit.testkit.simulation;

import godwit.testkit.fake.Effects;
import java.util.HashMap;
import java.util.Map;

/** Has something happen right before or after an effect, the first time that it takes place. */
final class Script implements Effects {
    private final Map<String, Runnable> before = new HashMap<>();
    private final Map<String, Runnable> after = new HashMap<>();

    Script before(String effect, Runnable action) {
        before.put(effect, action);
        return this;
    }

    Script after(String effect, Runnable action) {
        after.put(effect, action);
        return this;
    }

    @Override
    public void before(String effect) {
        happen(before, effect);
    }

    @Override
    public void after(String effect) {
        happen(after, effect);
    }

    private static void happen(Map<String, Runnable> actions, String effect) {
        var action = actions.remove(effect);
        if (action != null) {
            action.run();
        }
    }
}
