package godwit.postgres.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a table's file that one worker reads at a time.
 *
 * <p>Pieces of the two sides have nothing to do with each other: what is read is only added up. A range of row
 * addresses reads only its blocks from PostgreSQL 14 on (TID Range Scan).
 *
 * @param firstBlock where it begins
 * @param endBlock the first block after it; the last piece is open and has {@link Long#MAX_VALUE}
 */
record Piece(long firstBlock, long endBlock) {
    /* The lock on a table is held for one piece only, so a piece is small: some ten to a hundred milliseconds. */
    private static final long BYTES_PER_PIECE = 16L << 20;

    /** The pieces of a table whose file has these blocks and which has so many bytes with its TOAST. */
    static List<Piece> of(long blocks, long bytes) {
        var wanted = Math.max(1, Math.min(blocks, Math.ceilDiv(bytes, BYTES_PER_PIECE)));
        var size = Math.max(1, Math.ceilDiv(blocks, wanted));
        var pieces = new ArrayList<Piece>();
        long first = 0;
        for (; first + size < blocks; first += size) {
            pieces.add(new Piece(first, first + size));
        }
        pieces.add(new Piece(first, Long.MAX_VALUE));
        return List.copyOf(pieces);
    }

    /** The condition on the rows of {@code r}. */
    String condition() {
        var from = "r.ctid >= '(%d,0)'::tid".formatted(firstBlock);
        var isWhole = firstBlock == 0 && endBlock == Long.MAX_VALUE;
        if (isWhole) {
            return "true";
        }
        return endBlock == Long.MAX_VALUE ? from : from + " AND r.ctid < '(%d,0)'::tid".formatted(endBlock);
    }
}
