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
    /** Cuts a file into chunks of equal size; the last one is open, because the file may grow. */
    static List<Chunk> of(long blocks, long blocksPerChunk) {
        var chunks = new ArrayList<Chunk>();
        for (long first = 0; first == 0 || first < blocks; first += blocksPerChunk) {
            var isLast = first + blocksPerChunk >= blocks;
            chunks.add(new Chunk(chunks.size(), first, isLast ? -1 : first + blocksPerChunk));
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
