package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import godwit.postgres.catalog.ShapeReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Notices what somebody changes in the target's schema while the target has the writes, because it may bar the way back.
 *
 * <p>It ends nothing: the application goes on with what it has changed, and people are told before they want to go back.
 */
final class TargetDrift {
    private static final int NAMED_MAX = 5;

    private final MoveContext context;
    private final ShapeReader reader;
    private final KnownShape kept;
    private Optional<Shape> known = Optional.empty();
    private Optional<Problem> changed = Optional.empty();
    private volatile Optional<Problem> problem = Optional.empty();
    private String digest = "";
    private boolean forgotten;

    TargetDrift(MoveContext context) {
        this.context = context;
        this.reader = new ShapeReader(context.spec().tables());
        this.kept = KnownShape.ofTarget(context);
    }

    /** Why the way back is barred; empty when it is not, as far as is known. */
    Optional<Problem> problem() {
        return problem;
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
            try (var target = context.openApplying(Side.TARGET, "catalog")) {
                kept.forget(target);
            }
            known = Optional.empty();
            changed = Optional.empty();
            problem = Optional.empty();
            digest = "";
            forgotten = true;
        }
    }

    /** Looks; what it finds is in {@link #problem}. */
    void look() {
        forgotten = false;
        try (var target = context.openApplying(Side.TARGET, "catalog")) {
            var unfollowed = new Unfollowed(context).problem(target, Side.TARGET);
            var now = reader.digest(target);
            if (!now.equals(digest)) {
                digest = now;
                compare(target);
            }
            problem = unfollowed.or(() -> changed);
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
        var named = keys.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
        return Problem.of(
                        "target-schema-changed",
                        "The target's schema has changed since it got the writes: %s%s."
                                .formatted(named, keys.size() > NAMED_MAX ? " and more" : ""),
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
