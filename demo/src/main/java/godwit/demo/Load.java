package godwit.demo;

/**
 * How hard the clients work.
 *
 * @param clients how many work at once, each with a connection of its own
 * @param restMillis how long each rests after a transaction, as people do
 * @param seed decides what they do: the same seed, the same operations
 */
public record Load(int clients, int restMillis, long seed) {
    public Load {
        if (clients < 1 || restMillis < 0) {
            throw new IllegalArgumentException("a load has at least one client and rests no negative time");
        }
    }

    /** This many clients, each with up to 50 transactions per second. */
    public static Load of(int clients) {
        return new Load(clients, 20, 1);
    }
}
