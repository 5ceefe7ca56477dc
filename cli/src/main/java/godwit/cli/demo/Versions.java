package godwit.cli.demo;

/** Which version of the application each client is. */
final class Versions {
    private volatile Share share = Share.NONE;

    /** How many clients are the new application. */
    enum Share {
        NONE,
        HALF,
        ALL
    }

    void use(Share of) {
        share = of;
    }

    /** @param client from 1 on */
    boolean isNew(int client) {
        return switch (share) {
            case NONE -> false;
            case HALF -> client % 2 == 0;
            case ALL -> true;
        };
    }
}
