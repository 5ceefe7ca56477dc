package godwit.postgres.move;

import java.util.List;
import java.util.stream.Collectors;

/** The names of objects as a message has them. */
final class Named {
    private static final int MAX = 5;

    private Named() {}

    /** The first few, and whether there are more; a Problem has all of them beside its message. */
    static String first(List<String> objects) {
        return objects.stream().limit(MAX).collect(Collectors.joining(", "))
                + (objects.size() > MAX ? " and more" : "");
    }
}
