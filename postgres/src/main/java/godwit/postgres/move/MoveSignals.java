package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.HealthCheck;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.SwitchSpec;
import godwit.run.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks the people's own checks, and looks whether the stream that applies gets on. */
final class MoveSignals implements Signals {
    /** A run without a worker for longer than this was left alone on purpose. */
    private static final long AWAY_MILLIS_MAX = 30_000;

    private final MoveContext context;
    private final Path folder;
    private final Supplier<Streams> streams;
    private Optional<Lsn> wanted = Optional.empty();
    private long wantedAt;
    private Optional<Long> reachedAt = Optional.empty();
    private boolean restored;

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
        try (var session = context.openBriefly(Side.TARGET, "health")) {
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

    @Override
    public void begin() {
        reachedAt = Optional.empty();
        wanted = Optional.empty();
        restored = true;
    }

    /** How long ago the log's end was read that has been reached last. */
    @Override
    public long standstillMillis() {
        restore();
        var now = System.nanoTime();
        var before = reachedAt.orElse(now);
        reachedAt = Optional.of(before);
        if (streams.get().isOpen(Side.TARGET)) {
            try (var target = context.openBriefly(Side.TARGET, "status")) {
                look(Lsn.parse(target.text("SELECT pg_current_wal_flush_lsn()::text")), now);
            } catch (GodwitException e) {
                return millis(now);
            }
        }
        return millis(now);
    }

    private void look(Lsn end, long now) {
        var flushed = streams.get().from(Side.TARGET).state().flushed();
        var isReached = wanted.filter(flushed::isBefore).isEmpty();
        if (isReached) {
            reachedAt = wanted.isPresent() ? Optional.of(wantedAt) : reachedAt;
            wanted = Optional.of(end);
            wantedAt = now;
        }
    }

    private long millis(long now) {
        return (now - reachedAt.orElse(now)) / 1_000_000;
    }

    /** A worker that failed has told how long the stream had stood still; the time in which nobody worked counts little. */
    private void restore() {
        if (restored) {
            return;
        }
        restored = true;
        try (var target = context.look(Side.TARGET)) {
            target.first(
                            """
                            SELECT (live -> 'wayBack' ->> 'standstillMillis')::bigint,
                              greatest(0, extract(epoch FROM clock_timestamp()
                                - (live -> 'wayBack' ->> 'at')::timestamptz) * 1000)::bigint
                            FROM godwit.run WHERE id = ? AND live -> 'wayBack' IS NOT NULL""",
                            row -> row.getLong(1) + (row.getLong(2) < AWAY_MILLIS_MAX ? row.getLong(2) : 0),
                            context.run())
                    .ifPresent(millis -> reachedAt = Optional.of(System.nanoTime() - millis * 1_000_000));
        }
    }

    /** What is told in status, and to the next worker. */
    Map<String, Object> report() {
        restore();
        return reachedAt.isEmpty()
                ? Map.of()
                : Map.of(
                        "wayBack",
                        Map.of(
                                "standstillMillis",
                                millis(System.nanoTime()),
                                "at",
                                Instant.now().toString()));
    }
}
