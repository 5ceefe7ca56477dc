package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import godwit.postgres.catalog.ShapeReader;
import godwit.schema.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Notices what somebody changes in the target's schema while the target has the writes, because it may bar the way back.
 *
 * <p>It ends nothing: the application goes on with what it has changed, and people are told before they want to go back.
 * Only tables and column values that would be left behind bar the way back.
 */
final class TargetDrift {
    private final MoveContext context;
    private final Supplier<List<Table>> tables;
    private final ShapeReader reader;
    private final KnownShape kept;
    private Optional<Shape> known = Optional.empty();
    private Optional<Problem> changed = Optional.empty();
    private volatile Optional<Problem> problem = Optional.empty();
    private String digest = "";
    private boolean forgotten;

    /** @param tables as the streams of this worker bring them */
    TargetDrift(MoveContext context, Supplier<List<Table>> tables) {
        this.context = context;
        this.tables = tables;
        this.reader = new ShapeReader(context.spec().tables());
        this.kept = KnownShape.ofTarget(context);
    }

    /** Refuses to let the writes leave the target as it is now with tables or column values left behind. */
    void requireNothingLeft(Session target) {
        left(target).ifPresent(found -> {
            throw found.asException();
        });
    }

    private Optional<Problem> left(Session target) {
        return new Unfollowed(context)
                .problem(target, Side.TARGET)
                .or(() -> new AddedColumns(context.publication(Side.TARGET).name(), tables.get()).problem(target));
    }

    /** The writes are about to come to the target: notes what it looks like. */
    void begin(Session target) {
        var now = reader.read(target);
        kept.write(target, now);
        known = Optional.of(now);
        digest = "";
        forgotten = false;
    }

    /** The source has the writes: what the target looks like then is Godwit's own work. */
    void forget() {
        if (!forgotten) {
            try (var target = context.openApplyingBriefly(Side.TARGET, "catalog")) {
                kept.forget(target);
            }
            known = Optional.empty();
            changed = Optional.empty();
            problem = Optional.empty();
            digest = "";
            forgotten = true;
        }
    }

    /** Looks; what it finds is told by {@link #report}. */
    void look() {
        forgotten = false;
        try (var target = context.openApplyingBriefly(Side.TARGET, "catalog")) {
            var now = reader.digest(target);
            if (!now.equals(digest)) {
                digest = now;
                compare(target);
            }
            problem = left(target).or(() -> changed);
        }
    }

    private void compare(Session target) {
        var now = reader.read(target);
        var before = known.orElseGet(() -> kept.read(target));
        if (before.objects().isEmpty()) {
            kept.write(target, now);
            before = now;
        }
        known = Optional.of(before);
        var keys = now.changedSince(before).stream()
                .filter(key -> Drift.FORMS.stream().anyMatch(kind -> key.startsWith(kind + " ")))
                .toList();
        changed = keys.isEmpty() ? Optional.empty() : Optional.of(problem(keys));
    }

    private static Problem problem(List<String> keys) {
        return Problem.of(
                        "target-schema-changed",
                        "The target's schema has changed since it got the writes: %s.".formatted(Named.first(keys)),
                        "The way back brings only what both sides have. Undo the change before you go back, or make it"
                                + " on the source as well; or complete the move.")
                .withObjects(keys);
    }

    /** What is told in status. */
    Map<String, Object> report() {
        return problem.<Map<String, Object>>map(found -> Map.of("wayBackProblem", found))
                .orElse(Map.of());
    }
}
