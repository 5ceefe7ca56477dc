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
    COMPLETE;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    public static Verb of(String word) {
        return Arrays.stream(values())
                .filter(v -> v.word().equals(word))
                .findFirst()
                .orElseThrow();
    }
}
