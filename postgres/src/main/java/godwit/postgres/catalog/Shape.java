package godwit.postgres.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a database looks like, without its rows: each object with two descriptions of it.
 *
 * @param objects the descriptions by {@code kind name}
 */
public record Shape(Map<String, Described> objects) {
    public Shape {
        objects = Map.copyOf(objects);
    }

    /**
     * An object.
     *
     * @param kind such as {@code table} or {@code constraint}
     * @param name as people write it; with its table where names are unique only there
     * @param portable what is the same on all versions of the server
     * @param exact a hash of all that DDL can change, for comparisons within one database
     */
    public record Described(String kind, String name, String portable, String exact) {
        public String key() {
            return kind + " " + name;
        }
    }

    static Shape of(List<Described> lines) {
        var objects = new LinkedHashMap<String, Described>();
        lines.forEach(line -> objects.put(line.key(), line));
        return new Shape(objects);
    }

    /** The objects that are not the same, or on one side only, of two shapes of one database. */
    public List<String> changedSince(Shape before) {
        return differing(before).stream()
                .filter(key -> !exact(key).equals(before.exact(key)))
                .toList();
    }

    private Set<String> differing(Shape other) {
        var all = new TreeSet<>(objects.keySet());
        all.addAll(other.objects.keySet());
        return all;
    }

    private String exact(String key) {
        var object = objects.get(key);
        return object == null ? "" : object.exact();
    }

    /** Whether an object is on both sides with the same portable description, or on neither. */
    public boolean isLike(Shape other, String key) {
        var here = objects.get(key);
        var there = other.objects.get(key);
        return portable(here).equals(portable(there));
    }

    private static String portable(@Nullable Described object) {
        return object == null ? "" : "is " + object.portable();
    }

    /** An object that two databases do not both have alike. */
    public record Unlike(Described object, Difference difference) {}

    /** How the follower's object differs. */
    public enum Difference {
        MISSING,
        EXTRA,
        DIFFERENT
    }

    /** How another database, which should look the same, differs from this one. */
    public List<Unlike> unlike(Shape follower) {
        var found = new ArrayList<Unlike>();
        for (var key : differing(follower)) {
            var here = objects.get(key);
            var there = follower.objects.get(key);
            if (here == null && there != null) {
                found.add(new Unlike(there, Difference.EXTRA));
            } else if (here != null && there == null) {
                found.add(new Unlike(here, Difference.MISSING));
            } else if (here != null && !isLike(follower, key)) {
                found.add(new Unlike(here, Difference.DIFFERENT));
            }
        }
        return found;
    }
}
