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
    private final Map<Integer, Begun> subtransactions = new HashMap<>();
    private final List<String> markers = new ArrayList<>();
    private final Batch batch = new Batch();
    private boolean passedOver;
    private @Nullable Unfit unfit;
    private int order;

    /**
     * A subtransaction of which something has come.
     *
     * @param order its place among these and the problems: with nothing staged between them, pieces do not tell
     * @param part the first piece that follows it
     */
    private record Begun(int order, int part) {}

    /** A table whose shape has changed, from then on. */
    private record Unfit(int order, int relation, GodwitException problem) {}

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

    /** Whether a piece has to begin before what comes of this subtransaction. */
    boolean isNewPart(int subtransaction) {
        return subtransaction != xid
                && subtransactions.size() < SUBTRANSACTIONS_MAX
                && !subtransactions.containsKey(subtransaction);
    }

    /** Notes that what comes first of a subtransaction follows all pieces that are staged. */
    void beginPart(int subtransaction) {
        subtransactions.put(subtransaction, new Begun(order++, parts.size()));
    }

    /** Forgets a subtransaction and all that follows it; false when that cannot be done. */
    boolean forget(int subtransaction) {
        var begun = subtransactions.get(subtransaction);
        if (begun == null) {
            return subtransactions.size() < SUBTRANSACTIONS_MAX;
        }
        if (begun.part() < parts.size()) {
            parts.subList(begun.part(), parts.size()).clear();
        }
        subtransactions.values().removeIf(other -> other.order() >= begun.order());
        if (unfit != null && unfit.order() > begun.order()) {
            tables.forgetWithin(unfit.relation());
            unfit = null;
        }
        return true;
    }

    /** A table whose shape changed inside a transaction is a Problem only if the transaction commits. */
    void describe(Message.Relation relation) {
        try {
            tables.describe(relation);
        } catch (GodwitException e) {
            tables.forget(relation);
            if (unfit == null) {
                unfit = new Unfit(order++, relation.id(), e);
            }
        }
    }

    void requireNoProblem() {
        if (unfit != null) {
            throw unfit.problem();
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
