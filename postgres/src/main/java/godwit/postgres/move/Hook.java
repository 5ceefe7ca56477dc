package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The user's command that routes traffic; it may be called again with the side that it was called with before. */
final class Hook {
    private static final int TRIES_MAX = 5;

    private final SwitchSpec spec;
    private final Path folder;

    /** @param folder where the command runs: the folder of the move file */
    Hook(SwitchSpec spec, Path folder) {
        this.spec = spec;
        this.folder = folder;
    }

    /** That a command which is named by its path is not there, which nobody should learn at the switch. */
    Optional<Finding> missing() {
        return spec.hook().stream()
                .limit(1)
                .filter(command -> command.contains("/") && !Files.isExecutable(folder.resolve(command)))
                .map(command -> Finding.warning(
                        "hook-not-runnable",
                        "The hook %s is not there, or not executable.".formatted(command),
                        "Write it before the switch, chmod +x it, and try it by hand with GODWIT_WRITES=source.",
                        command))
                .findFirst();
    }

    /** Runs the command once, if there is one; its output goes nowhere, because it may hold secrets. */
    void call(Side writes) {
        if (spec.hook().isEmpty()) {
            return;
        }
        var builder = new ProcessBuilder(spec.hook()).directory(folder.toFile());
        builder.environment().put("GODWIT_WRITES", writes.word());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            requireSuccess(process);
        } catch (IOException e) {
            throw problem("hook-not-runnable", "The hook cannot be run.").asException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw problem("hook-interrupted", "The hook was interrupted.").asException(e);
        }
    }

    private void requireSuccess(Process process) throws InterruptedException {
        try {
            requireEndsWithSuccess(process);
        } finally {
            if (process.isAlive()) {
                end(process);
            }
        }
    }

    /** What it has started goes with it: a route that is laid after the switch was undone would lead to nowhere. */
    private static void end(Process process) {
        var descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private void requireEndsWithSuccess(Process process) throws InterruptedException {
        if (!process.waitFor(spec.hookSecondsMax(), TimeUnit.SECONDS)) {
            throw problem("hook-too-slow", "The hook did not end within %d s.".formatted(spec.hookSecondsMax()))
                    .asException();
        }
        if (process.exitValue() != 0) {
            throw problem("hook-failed", "The hook ended with status %d.".formatted(process.exitValue()))
                    .asException();
        }
    }

    private Problem problem(String code, String message) {
        return Problem.of(code, message, "Run it by hand with GODWIT_WRITES=source and look what it says.")
                .withObjects(List.of(spec.hook().getFirst()));
    }

    /**
     * After the decision there is no way but forward: the command is tried again before the failure is told, as long as one call
     * may take.
     */
    void callUntilItWorks(Side writes) {
        var began = System.nanoTime();
        for (var attempt = 1; ; attempt++) {
            try {
                call(writes);
                return;
            } catch (GodwitException e) {
                if (attempt == TRIES_MAX
                        || System.nanoTime() - began >= TimeUnit.SECONDS.toNanos(spec.hookSecondsMax())) {
                    throw e;
                }
                Patience.pause(Duration.ofMillis(200L * attempt));
            }
        }
    }
}
