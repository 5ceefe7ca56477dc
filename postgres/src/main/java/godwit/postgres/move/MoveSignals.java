package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.HealthCheck;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import godwit.run.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks the people's own checks, and looks whether the stream that applies gets on. */
final class MoveSignals implements Signals {
    private final MoveContext context;
    private final Path folder;
    private final Supplier<Streams> streams;
    private Lsn wanted = Lsn.ZERO;
    private long wantedAt = System.nanoTime();
    private long caughtUpAt = System.nanoTime();

    /** @param folder where commands run */
    MoveSignals(MoveContext context, Path folder, Supplier<Streams> streams) {
        this.context = context;
        this.folder = folder;
        this.streams = streams;
    }

    @Override
    public SwitchSpec limits() {
        return context.spec().switching();
    }

    @Override
    public boolean passes(HealthCheck check) {
        return switch (check.probe()) {
            case HealthCheck.Sql sql -> passes(sql, check.secondsMax());
            case HealthCheck.Command command -> passes(command, check.secondsMax());
        };
    }

    private boolean passes(HealthCheck.Sql sql, int secondsMax) {
        try (var session = context.open(Side.TARGET, "health")) {
            session.execute("SET statement_timeout = " + secondsMax * 1000);
            session.begin();
            session.execute("SET TRANSACTION READ ONLY");
            var passes = session.is(sql.query());
            session.rollback();
            return passes;
        } catch (GodwitException e) {
            return false;
        }
    }

    private boolean passes(HealthCheck.Command command, int secondsMax) {
        var builder = new ProcessBuilder(command.words()).directory(folder.toFile());
        builder.environment().put("GODWIT_WRITES", Side.TARGET.word());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            var passes = process.waitFor(secondsMax, TimeUnit.SECONDS) && process.exitValue() == 0;
            List.of(process.toHandle()).forEach(ProcessHandle::destroyForcibly);
            return passes;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** How old the log's end was that has been reached last. */
    @Override
    public long standstillMillis() {
        var now = System.nanoTime();
        if (!streams.get().isOpen(Side.TARGET)) {
            return (now - caughtUpAt) / 1_000_000;
        }
        try (var target = context.open(Side.TARGET, "status")) {
            var end = Lsn.parse(target.text("SELECT pg_current_wal_flush_lsn()::text"));
            if (!streams.get().from(Side.TARGET).state().flushed().isBefore(wanted)) {
                caughtUpAt = wantedAt;
                wanted = end;
                wantedAt = now;
            }
            return (now - caughtUpAt) / 1_000_000;
        } catch (GodwitException e) {
            return (now - caughtUpAt) / 1_000_000;
        }
    }
}
