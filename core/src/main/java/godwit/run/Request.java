package godwit.run;

import java.util.Map;
import java.util.UUID;

/**
 * Something that a person asked of a run; the worker that holds the lease carries it out.
 *
 * @param options what the verb's options said, by their names
 * @param operator who asked
 */
public record Request(UUID id, UUID run, Verb verb, Map<String, String> options, String operator) {
    public Request {
        options = Map.copyOf(options);
    }

    public boolean has(String option) {
        return "true".equals(options.get(option));
    }
}
