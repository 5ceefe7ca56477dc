package godwit.traffic;

import godwit.move.Side;

/** Which side takes the writes. */
public enum Writes {
    SOURCE,
    TARGET,
    /** The journal cannot be read in full: nothing acts until it can. */
    UNKNOWN;

    public String word() {
        return switch (this) {
            case SOURCE -> "source";
            case TARGET -> "target";
            case UNKNOWN -> "unknown";
        };
    }

    public static Writes on(Side side) {
        return side == Side.SOURCE ? SOURCE : TARGET;
    }
}
