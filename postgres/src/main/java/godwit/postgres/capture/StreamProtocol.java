package godwit.postgres.capture;

/** How transactions are sent: the versions of the pgoutput protocol that are spoken (PostgreSQL manual, 55.5). */
public enum StreamProtocol {
    /** Version 1: each transaction whole, when it has committed. */
    WHOLE(1),
    /** Version 2: large transactions in blocks, while they are under way. */
    STREAMED(2);

    private final int version;

    StreamProtocol(int version) {
        this.version = version;
    }

    /** Its number in the move file and in the server's documentation. */
    public int version() {
        return version;
    }

    public static StreamProtocol of(int version) {
        return version == 1 ? WHOLE : STREAMED;
    }
}
