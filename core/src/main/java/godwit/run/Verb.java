package godwit.run;

import java.util.Arrays;
import java.util.Locale;

/** What people ask of a run that is under way. */
public enum Verb {
    VERIFY,
    REPAIR,
    SWITCH,
    SWITCH_BACK,
    ROLLBACK,
    COMPLETE,
    PAUSE,
    RESUME,
    SET;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Whether it changes how a run goes on; it is possible in every phase, and holds from when it is written down. */
    public boolean isSteering() {
        return this == PAUSE || this == RESUME || this == SET;
    }

    public static Verb of(String word) {
        return Arrays.stream(values())
                .filter(v -> v.word().equals(word))
                .findFirst()
                .orElseThrow();
    }
}
