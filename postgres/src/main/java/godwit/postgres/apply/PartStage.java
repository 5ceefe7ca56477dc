package godwit.postgres.apply;

import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.TableChanges;
import godwit.postgres.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Keeps pieces of transactions that have not ended in temporary tables of the applying session, and writes them from
 * there once they have.
 *
 * <p>The tables end with the session, and nothing is confirmed to the followed side before it is written: after a crash
 * the server sends everything again. Transactions that arrive beside each other have tables of their own, each at a
 * place, so that what one of them staged can be thrown away at once.
 */
final class PartStage {
    private final Session session;
    private final RowStage stage;
    private final Map<Integer, Map<TargetTable, TargetTable>> places = new HashMap<>();
    private int part;

    PartStage(Session session, boolean binary) {
        this.session = session;
        this.stage = new RowStage(session, binary);
    }

    /** Stages a batch for the transaction at a place, in a transaction of the applying side that is soon over. */
    List<StagedPart> stage(int place, Batch batch) {
        batch.tables().forEach(table -> prepared(place, table));
        return session.transaction(s -> {
            var parts = new ArrayList<StagedPart>();
            batch.forEach((table, changes) -> {
                if (!changes.isEmpty()) {
                    parts.add(stage(prepared(place, table), changes));
                }
            });
            return parts;
        });
    }

    private Map<TargetTable, TargetTable> there(int place) {
        return places.computeIfAbsent(place, p -> new LinkedHashMap<>());
    }

    /** The table with its temporary tables at a place, which exist from a transaction of their own on. */
    private TargetTable prepared(int place, TargetTable table) {
        var known = there(place).get(table);
        if (known != null) {
            return known;
        }
        var beside = table.beside(place);
        session.transaction(s -> {
            beside.createStageTables().forEach(s::execute);
            return true;
        });
        there(place).put(table, beside);
        return beside;
    }

    private StagedPart stage(TargetTable table, TableChanges changes) {
        part++;
        return switch (changes) {
            case KeyedChanges keyed -> stage(table, keyed);
            case KeylessChanges keyless -> {
                var removed = stage.removedCopies(table, keyless, part);
                yield new StagedPart.Net(table, part, 0, stage.added(table, keyless.added(), part), 0, removed);
            }
        };
    }

    private StagedPart stage(TargetTable table, KeyedChanges changes) {
        var waiting = changes.waiting();
        var bases = waiting.stream().map(KeyedChanges.Final::base).collect(Collectors.toSet());
        return new StagedPart.Net(
                table,
                part,
                stage.keys(table, changes.replaced(), bases, part),
                stage.added(table, changes.complete(), part),
                stage.waiting(table, waiting, part),
                0);
    }

    /** Writes a piece, within the writer's transaction. */
    void write(StagedPart staged, BatchWriter writer) {
        switch (staged) {
            case StagedPart.Emptied emptied -> writer.truncate(emptied.tables());
            case StagedPart.Net net -> write(net, writer);
        }
    }

    private static void write(StagedPart.Net net, BatchWriter writer) {
        writer.begin();
        writer.touched().count(net.replaced() + net.added() + net.waiting() + net.removed());
        writer.write(net);
    }

    /** Throws away all that is staged at a place. */
    void clear(int place) {
        var tables = there(place);
        if (!tables.isEmpty()) {
            var names = tables.values().stream()
                    .flatMap(table -> table.stageNames().stream())
                    .collect(Collectors.joining(", "));
            session.execute("DROP TABLE " + names);
            tables.clear();
        }
    }
}
