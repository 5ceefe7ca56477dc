package godwit.cli;

import godwit.cli.live.Words;
import godwit.postgres.move.Finding;
import java.util.List;

/** What a check found, in people's words. */
final class Findings {
    private Findings() {}

    static void tell(List<Finding> findings, Output output) {
        for (var finding : findings) {
            output.say((finding.blocks() ? "error    " : "warning  ") + finding.problem().message());
            output.say("         " + finding.problem().hint() + "  [" + finding.problem().code() + "]");
        }
        var errors = findings.stream().filter(Finding::blocks).count();
        output.say(
                errors == 0
                        ? "Nothing stands in the way."
                        : "The move cannot start like this: " + Words.of(errors, "error") + ".");
    }
}
