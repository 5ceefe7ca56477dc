package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.apply.StreamProgress;
import godwit.schema.Table;
import java.util.List;

/** What the way back stands on: the target's slot and publication, and the position in the source. */
final class WayBack {
    private final MoveContext context;
    private final StreamProgress progress;

    WayBack(MoveContext context) {
        this.context = context;
        this.progress = new StreamProgress(context.run(), MoveContext.direction(Side.TARGET));
    }

    boolean isPrepared() {
        try (var source = context.look(Side.SOURCE)) {
            return source.is("SELECT to_regclass('godwit.progress') IS NOT NULL")
                    && progress.read(source).isPresent();
        }
    }

    /** Publishes the tables, before anything is done to them that a publication would have to wait for. */
    void publish(List<Table> tables) {
        new Slots(context).publish(Side.TARGET, tables.stream().map(Table::name).toList());
    }

    void prepare(List<Table> tables) {
        var slots = new Slots(context);
        publish(tables);
        try (var source = context.open(Side.SOURCE, "prepare")) {
            if (progress.read(source).isEmpty()) {
                slots.dropSlot(Side.TARGET);
                progress.save(source, slots.createAndSettle(Side.TARGET));
            }
        }
    }
}
