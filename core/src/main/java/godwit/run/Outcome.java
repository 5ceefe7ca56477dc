package godwit.run;

import godwit.Problem;
import java.util.Map;

/** How a request ended. */
public sealed interface Outcome {
    /** @param result what the verb reports, ready to be written as JSON */
    record Done(Map<String, Object> result) implements Outcome {
        public Done {
            result = Map.copyOf(result);
        }
    }

    /** It was done, and what it looked for was found: the sides differ. */
    record Different(Map<String, Object> result) implements Outcome {
        public Different {
            result = Map.copyOf(result);
        }
    }

    /** It was refused or failed; nothing of it stands. */
    record Refused(Problem problem) implements Outcome {}

    /** Whether it was done cannot be told now. */
    record Unknown(Problem problem) implements Outcome {}
}
