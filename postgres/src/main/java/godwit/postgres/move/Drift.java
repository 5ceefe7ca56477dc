package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import godwit.postgres.catalog.ShapeReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notices when the source's schema is no longer the one that the move began with, which the log does not tell.
 *
 * <p>What the move began with is kept in the ledger. A change that was made on the target as well is taken over, except
 * in tables, columns and types: their rows travel in the form that the move began with. For the worker's thread and that
 * of its step.
 */
final class Drift {
    private static final Duration LONG_AGO = Duration.ofDays(1);
    static final Set<String> FORMS = Set.of("table", "column", "type", "schema", "extension");
    private static final Set<String> RIGHTS = Set.of("privileges", "settings");

    private final MoveContext context;
    private final ShapeReader reader;
    private final KnownShape kept;
    private Optional<Shape> looked = Optional.empty();
    private @Nullable Shape known;
    private String digest = "";
    private long lookedAt = System.nanoTime() - LONG_AGO.toNanos();

    Drift(MoveContext context) {
        this.context = context;
        this.kept = KnownShape.ofSource(context);
        this.reader = new ShapeReader(context.spec().tables());
    }

    /** Looks at the source before anything is planned for what is seen there. */
    synchronized void look() {
        try (var source = context.openBriefly(Side.SOURCE, "catalog")) {
            looked = Optional.of(reader.read(source));
        }
    }

    /** Writes down what the source looked like before it was planned for, unless that was done. */
    synchronized void begin() {
        try (var target = context.openBriefly(Side.TARGET, "catalog")) {
            if (kept.read(target).objects().isEmpty()) {
                if (looked.isEmpty()) {
                    look();
                }
                kept.write(target, looked.orElseThrow());
            }
        }
        requireNone();
    }

    /** The same as {@link #requireNone()}, unless that was looked at so lately. */
    synchronized void requireNone(Duration lately) {
        if (System.nanoTime() - lookedAt > lately.toNanos()) {
            requireNone();
        }
    }

    /** Throws when the source's schema has changed and the target's has not. */
    synchronized void requireNone() {
        lookedAt = System.nanoTime();
        try (var source = context.openBriefly(Side.SOURCE, "catalog")) {
            var now = reader.digest(source);
            if (!now.equals(digest)) {
                compare(source);
                digest = now;
            }
        }
    }

    private void compare(Session source) {
        try (var target = context.openBriefly(Side.TARGET, "catalog")) {
            var before = known == null ? kept.read(target) : known;
            var now = reader.read(source);
            var changed = changed(before, now);
            if (!changed.isEmpty() && !before.objects().isEmpty()) {
                var there = reader.read(target);
                var open = changed.stream()
                        .filter(key -> !isTakenOver(key, before, now, there))
                        .filter(key -> isMoreThanRights(key, changed))
                        .toList();
                requireNone(open);
                kept.write(target, now);
            }
            known = now;
        }
    }

    /** The rights of an object that is itself new, gone or another need no word of their own. */
    private static boolean isMoreThanRights(String key, List<String> changed) {
        return RIGHTS.stream()
                .filter(kind -> key.startsWith(kind + " "))
                .map(kind -> key.substring(kind.length() + 1))
                .noneMatch(of ->
                        changed.contains(of) || FORMS.stream().anyMatch(form -> changed.contains(form + " " + of)));
    }

    /** What an older Godwit wrote down tells of rights and settings in another way. */
    private static List<String> changed(Shape before, Shape now) {
        var isOlder = before.objects().values().stream().noneMatch(o -> o.kind().equals("settings"));
        return isOlder
                ? now.unlike(before).stream()
                        .map(unlike -> unlike.object())
                        .filter(object -> !RIGHTS.contains(object.kind()))
                        .map(Shape.Described::key)
                        .toList()
                : now.changedSince(before);
    }

    private static boolean isTakenOver(String key, Shape before, Shape now, Shape there) {
        var isForm = FORMS.stream().anyMatch(kind -> key.startsWith(kind + " "));
        return !isForm && !now.isLike(before, key) && now.isLike(there, key);
    }

    private static void requireNone(List<String> open) {
        if (open.isEmpty()) {
            return;
        }
        throw Problem.of(
                        "source-schema-changed",
                        "The source's schema has changed since the move began: %s.".formatted(Named.first(open)),
                        "Undo the change at the source and start again, or roll the run back. Instead, what is new or gone,"
                                + " privileges, owners and storage settings may be made on the target as well.")
                .withObjects(open)
                .asException();
    }
}
