package godwit.move;

/** One of the two databases of a move. */
public enum Side {
    SOURCE,
    TARGET;

    public Side other() {
        return this == SOURCE ? TARGET : SOURCE;
    }

    /** The word that scripts and hooks see. */
    public String word() {
        return this == SOURCE ? "source" : "target";
    }
}
