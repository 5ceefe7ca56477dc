package godwit.file;

import godwit.Problem;
import godwit.move.HealthCheck;
import godwit.move.Watching;
import java.util.List;
import java.util.Set;

/** Reads how a switched run is watched. */
final class WatchingReader {
    private static final Set<String> CHECK_KEYS =
            Set.of("sql", "command", "secondsBetween", "failuresMax", "secondsMax");

    private WatchingReader() {}

    /** @param verifySecondsBetween from the file's part on the switch */
    static Watching read(Nodes file, long verifySecondsBetween) {
        return new Watching(
                file.mappings("health").stream().map(WatchingReader::check).toList(), (int) verifySecondsBetween);
    }

    private static HealthCheck check(Nodes node) {
        node.only(CHECK_KEYS);
        if (node.has("sql") == node.has("command")) {
            throw Problem.of(
                            "wrong-health-check",
                            "%s must have either sql or command.".formatted(node.at("")),
                            "Write one check for each.")
                    .withObjects(List.of(node.at("")))
                    .asException();
        }
        var probe = node.has("sql")
                ? new HealthCheck.Sql(node.text("sql"))
                : new HealthCheck.Command(node.texts("command"));
        return new HealthCheck(
                probe,
                (int) node.number("secondsBetween", 10, 1, 86_400),
                (int) node.number("failuresMax", 3, 1, 1000),
                (int) node.number("secondsMax", 5, 1, 60));
    }
}
