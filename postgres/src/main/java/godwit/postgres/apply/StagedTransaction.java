package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.move.TransactionFilter;
import godwit.postgres.capture.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the followed side that arrives in blocks before it has ended.
 *
 * <p>A subtransaction's changes and all that follow it until it ends belong together, so taking it back means to forget
 * all pieces from its first change on. Therefore a piece begins where a subtransaction does. With very many of them this
 * is given up; then one that is taken back cannot be told apart any more.
 */
final class StagedTransaction {
    private static final int SUBTRANSACTIONS_MAX = 1000;

    private final int xid;
    private final int place;
    private final TransactionFilter.Transaction filtered;
    private final StreamTables tables;
    private final List<StagedPart> parts = new ArrayList<>();
    private final Map<Integer, Integer> firstParts = new HashMap<>();
    private final List<String> markers = new ArrayList<>();
    private final Batch batch = new Batch();
    private boolean passedOver;
    private @Nullable GodwitException problem;
    private int problemPart;

    StagedTransaction(int xid, int place, TransactionFilter.Transaction filtered, StreamTables tables) {
        this.xid = xid;
        this.place = place;
        this.filtered = filtered;
        this.tables = tables;
    }

    int place() {
        return place;
    }

    TransactionFilter.Transaction filtered() {
        return filtered;
    }

    StreamTables tables() {
        return tables;
    }

    List<StagedPart> parts() {
        return parts;
    }

    List<String> markers() {
        return markers;
    }

    /** Whether changes were passed over because their side has no writes. */
    boolean isPassedOver() {
        return passedOver;
    }

    /** Whether a piece has to begin before a change of this subtransaction. */
    boolean isNewPart(int subtransaction) {
        return subtransaction != xid
                && firstParts.size() < SUBTRANSACTIONS_MAX
                && !firstParts.containsKey(subtransaction);
    }

    /** Notes that a subtransaction's first change follows all pieces that are staged. */
    void beginPart(int subtransaction) {
        firstParts.put(subtransaction, parts.size());
    }

    /** Forgets a subtransaction and all that follows it; false when that cannot be done. */
    boolean forget(int subtransaction) {
        var first = firstParts.get(subtransaction);
        if (first == null) {
            return firstParts.size() < SUBTRANSACTIONS_MAX;
        }
        if (first < parts.size()) {
            parts.subList(first, parts.size()).clear();
        }
        firstParts.values().removeIf(part -> part >= first);
        if (problemPart >= first) {
            problem = null;
        }
        return true;
    }

    /** A table whose shape changed inside a transaction is a Problem only if the transaction commits. */
    void describe(Message.Relation relation) {
        try {
            tables.describe(relation);
        } catch (GodwitException e) {
            tables.forget(relation);
            if (problem == null) {
                problem = e;
                problemPart = parts.size();
            }
        }
    }

    void requireNoProblem() {
        if (problem != null) {
            throw problem;
        }
    }

    /** The table to stage for; null when the transaction or the table is passed over. */
    @Nullable
    TargetTable wanted(int relation) {
        var table = tables.of(relation);
        if (table == null) {
            return null;
        }
        var verdict = filtered.of(table.table().name());
        passedOver |= verdict == TransactionFilter.Verdict.FOREIGN;
        return verdict == TransactionFilter.Verdict.APPLY ? table : null;
    }

    List<TargetTable> wanted(Message.Truncate truncate) {
        return truncate.relations().stream()
                .map(this::wanted)
                .filter(Objects::nonNull)
                .toList();
    }

    Batch batch() {
        return batch;
    }
}
