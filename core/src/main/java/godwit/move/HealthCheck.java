package godwit.move;

import java.util.List;

/**
 * A check of the people's own, by which a switched run tells whether the application does well.
 *
 * @param probe what is asked
 * @param secondsBetween how long after one answer the next is asked for
 * @param failuresMax so many failures in a row make the run go back
 * @param secondsMax an answer that takes longer is a failure
 */
public record HealthCheck(Probe probe, int secondsBetween, int failuresMax, int secondsMax) {
    /** What is asked. */
    public sealed interface Probe {
        /** What people see of it. */
        String name();
    }

    /** A query in the database with the writes: it passes when its first value is true. */
    public record Sql(String query) implements Probe {
        @Override
        public String name() {
            return query;
        }
    }

    /** A command: it passes when it ends with status 0. */
    public record Command(List<String> words) implements Probe {
        public Command {
            words = List.copyOf(words);
        }

        @Override
        public String name() {
            return words.getFirst();
        }
    }
}
