package godwit.postgres.copy;

import java.util.ArrayList;
import java.util.List;

/**
 * A range of a table's pages that is copied at once.
 *
 * @param number its place among the table's chunks, from 0
 * @param firstBlock its first page
 * @param endBlock the page after its last; -1: to the end of the file, however long it is
 */
record Chunk(int number, long firstBlock, long endBlock) implements CopiedPart {
    /** Below this a chunk costs more than it helps. */
    private static final long BLOCKS_MIN = 256;

    /**
     * Cuts a file into chunks, smaller towards its end, so that the workers end nearly at once; the last one is open,
     * because the file may grow.
     *
     * @param blocksMax the most that a chunk has
     * @param workers how many chunks are copied at once
     */
    static List<Chunk> of(long blocks, long blocksMax, int workers) {
        var chunks = new ArrayList<Chunk>();
        for (long first = 0; first == 0 || first < blocks; ) {
            var share = Math.max(BLOCKS_MIN, (blocks - first) / (2L * workers));
            var end = first + Math.max(1, Math.min(blocksMax, share));
            chunks.add(new Chunk(chunks.size(), first, end >= blocks ? -1 : end));
            first = end;
        }
        return chunks;
    }

    @Override
    public boolean isWholeTable() {
        return firstBlock == 0 && endBlock < 0;
    }

    @Override
    public String condition() {
        var from = "ctid >= '(" + firstBlock + ",0)'::tid";
        return endBlock < 0 ? from : from + " AND ctid < '(" + endBlock + ",0)'::tid";
    }
}
