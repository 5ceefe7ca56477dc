package godwit.cli;

import godwit.cli.live.Asking;
import godwit.cli.live.Chatter;
import godwit.postgres.move.MoveAccess;
import godwit.run.Outcome;
import godwit.run.Verb;
import java.util.Map;

/** A verb that asks the run's worker for something. */
abstract class AskCommand extends MoveCommand {
    abstract Verb verb();

    Map<String, String> options() {
        return Map.of();
    }

    /** Throws when a run cannot do this, whatever its state. */
    void requirePossible(MoveAccess access) {}

    @Override
    final ExitCode run(MoveAccess access, Output output) {
        requirePossible(access);
        Chatter.hush();
        return report(new Asking(access, operator()).ask(verb(), options()), output);
    }

    private ExitCode report(Outcome outcome, Output output) {
        return switch (outcome) {
            case Outcome.Done done -> {
                Answers.done(verb(), done.result()).forEach(output::say);
                output.result(done.result());
                yield ExitCode.DONE;
            }
            case Outcome.Different different -> {
                Answers.different(different.result()).forEach(output::say);
                output.result(different.result());
                yield ExitCode.DIFFERENT;
            }
            case Outcome.Refused refused -> {
                output.problem(refused.problem());
                yield ExitCode.REFUSED;
            }
            case Outcome.Unknown unknown -> {
                output.problem(unknown.problem());
                yield ExitCode.UNKNOWN;
            }
        };
    }
}
