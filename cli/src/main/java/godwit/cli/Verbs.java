package godwit.cli;

import godwit.Problem;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.move.MoveAccess;
import godwit.run.Verb;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The verbs that a run's worker carries out. */
final class Verbs {
    private Verbs() {}

    @Command(
            name = "verify",
            description = "Compare both sides, or both versions of a change; exit 4 when they differ.")
    static final class Verify extends AskCommand {
        @Override
        Verb verb() {
            return Verb.VERIFY;
        }

        @Override
        void requireForChanges() {}

        @Override
        ExitCode change(SchemaChange change, Output output) {
            return Changes.verified(change.verify(), output);
        }
    }

    @Command(name = "repair", description = "Make the side without the writes equal to the other.")
    static final class Repair extends AskCommand {
        @Override
        Verb verb() {
            return Verb.REPAIR;
        }
    }

    @Command(name = "switch", description = "Move the writes to the target, or back with --back.")
    static final class Switch extends AskCommand {
        @Option(names = "--back", description = "Move the writes back to the source.")
        boolean back;

        @Option(names = "--dry-run", description = "Tell what would happen, and for how long writers would wait.")
        boolean dryRun;

        @Option(
                names = "--role",
                paramLabel = "NAME",
                description =
                        "Of a change: a role whose new sessions get the new version, instead of all of the database;"
                                + " may be repeated.")
        List<String> roles = new ArrayList<>();

        @Override
        void requirePossible(MoveAccess access) {
            if (!roles.isEmpty()) {
                throw Problem.of(
                                "option-for-changes",
                                "--role is for a change of a schema; a move has one side with the writes.",
                                "Leave it out, and point applications with the hook.")
                        .asException();
            }
        }

        @Override
        Map<String, String> options() {
            return Map.of("dryRun", String.valueOf(dryRun));
        }

        @Override
        Verb verb() {
            return back ? Verb.SWITCH_BACK : Verb.SWITCH;
        }

        @Override
        void requireForChanges() {}

        @Override
        ExitCode change(SchemaChange change, Output output) {
            return Changes.tell(
                    back
                            ? change.switchBack()
                            : change.switchForward(
                                    roles.stream().map(Identifier::new).toList()),
                    output);
        }
    }

    @Command(name = "rollback", description = "End the run with the writes on the source, leaving no trace.")
    static final class Rollback extends AskCommand {
        @Option(names = "--keep-target", description = "Leave the target's tables as they are.")
        boolean keepTarget;

        @Override
        Verb verb() {
            return Verb.ROLLBACK;
        }

        @Override
        Map<String, String> options() {
            var options = new HashMap<String, String>();
            options.put("keepTarget", String.valueOf(keepTarget));
            return options;
        }

        @Override
        void requireForChanges() {}

        @Override
        ExitCode change(SchemaChange change, Output output) {
            return Changes.tell(change.rollback(), output);
        }
    }

    @Command(name = "complete", description = "End the run for good with the writes on the target.")
    static final class Complete extends AskCommand {
        @Option(names = "--leave-writable", description = "Do not make the source read only.")
        boolean leaveWritable;

        @Option(
                names = "--without-source",
                description = "The source is gone for good: end the run with nothing done there.")
        boolean withoutSource;

        @Option(
                names = "--unused-for",
                paramLabel = "DURATION",
                description = "Of a change: for how long nobody may have used the old version, such as 3s or 2m"
                        + " (default: ${DEFAULT-VALUE}).")
        String unusedFor = "2s";

        @Override
        Verb verb() {
            return Verb.COMPLETE;
        }

        @Override
        Map<String, String> options() {
            return Map.of(
                    "leaveWritable", String.valueOf(leaveWritable), "withoutSource", String.valueOf(withoutSource));
        }

        @Override
        void requireForChanges() {
            duration();
        }

        private Duration duration() {
            if (!unusedFor.matches("[0-9]{1,6}(ms|s|m|h)")) {
                throw Problem.of(
                                "duration-unreadable",
                                "%s is no duration.".formatted(unusedFor),
                                "Write a number and its unit: 500ms, 3s, 2m or 1h.")
                        .asException();
            }
            return unusedFor.endsWith("ms")
                    ? Duration.ofMillis(Long.parseLong(unusedFor.replace("ms", "")))
                    : Duration.parse("PT" + unusedFor);
        }

        @Override
        ExitCode change(SchemaChange change, Output output) {
            return Changes.tell(change.complete(duration()), output);
        }
    }

    @Command(name = "pause", description = "Let copying and applying stand still until godwit resume.")
    static final class Pause extends AskCommand {
        @Override
        Verb verb() {
            return Verb.PAUSE;
        }
    }

    @Command(name = "resume", description = "Let a paused run go on.")
    static final class Resume extends AskCommand {
        @Override
        Verb verb() {
            return Verb.RESUME;
        }
    }
}
