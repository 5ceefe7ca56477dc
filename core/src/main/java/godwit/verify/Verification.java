package godwit.verify;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a comparison of two sides at one position found.
 *
 * @param id names this verification in the ledger
 * @param phase when it was done, such as {@code before switch}
 * @param position the position in the leader's log at which both sides were read
 * @param rowsCompared the leader's rows that were read
 * @param tables the tables whose rows differ, and only those
 * @param others what else differs
 */
public record Verification(
        UUID id,
        String phase,
        String position,
        long rowsCompared,
        List<TableDifference> tables,
        List<OtherDifference> others) {
    public Verification {
        tables = List.copyOf(tables);
        others = List.copyOf(others);
    }

    /** All differences: rows and others. */
    public long differences() {
        return tables.stream().mapToLong(TableDifference::differences).sum() + others.size();
    }

    public boolean isEqual() {
        return differences() == 0;
    }

    /** The tables, as people write them, that could not be compared because they were rewritten meanwhile. */
    public List<String> rewritten() {
        return others.stream()
                .filter(OtherDifference::isRewritten)
                .map(OtherDifference::object)
                .toList();
    }

    /** This result with the tables that it could not compare taken from a later one, whose position counts. */
    public Verification completedBy(Verification later) {
        var allTables = Stream.concat(tables.stream(), later.tables.stream()).toList();
        var allOthers = Stream.concat(others.stream().filter(other -> !other.isRewritten()), later.others.stream())
                .toList();
        return new Verification(id, phase, later.position, rowsCompared + later.rowsCompared, allTables, allOthers);
    }

    /** The same result with more that was found at the same position, such as sequences and foreign keys. */
    public Verification with(List<OtherDifference> more) {
        var all = Stream.concat(others.stream(), more.stream()).toList();
        return new Verification(id, phase, position, rowsCompared, tables, all);
    }
}
