package godwit.run.throttle;

import godwit.move.LiveSetting;

/** Something that tells how well a server bears the copy. */
public enum Signal {
    /** How long a trivial statement takes, in milliseconds. */
    LATENCY(LiveSetting.LATENCY_MILLIS_MAX, "latency", "ms"),
    /** How far the standby that is furthest behind is behind, in seconds. */
    REPLICA_LAG(LiveSetting.REPLICA_LAG_SECONDS_MAX, "replica lag", "s"),
    /** How many sessions, other than Godwit's, are at work. */
    ACTIVE_SESSIONS(LiveSetting.ACTIVE_SESSIONS_MAX, "number of active sessions", ""),
    /** How old the oldest transaction is that is not Godwit's, in seconds. */
    TRANSACTION_AGE(LiveSetting.TRANSACTION_SECONDS_MAX, "oldest transaction", "s"),
    /** How much log is kept for Godwit's slot, in bytes. */
    SLOT_BYTES(LiveSetting.SLOT_BYTES_MAX, "log kept for the slot", "bytes");

    private final LiveSetting limit;
    private final String word;
    private final String unit;

    Signal(LiveSetting limit, String word, String unit) {
        this.limit = limit;
        this.word = word;
        this.unit = unit;
    }

    /** The setting that limits it; 0 there: it is not looked at. */
    public LiveSetting limit() {
        return limit;
    }

    public String word() {
        return word;
    }

    String amount(double value) {
        return (Math.round(value) + " " + unit).strip();
    }
}
