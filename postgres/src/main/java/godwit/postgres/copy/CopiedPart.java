package godwit.postgres.copy;

/** A part of a table that is copied at once: a range of its pages or of its keys. */
sealed interface CopiedPart permits Chunk, KeyRange {
    /** Its place among the table's parts, from 0. */
    int number();

    boolean isWholeTable();

    /** The condition that selects its rows. */
    String condition();
}
