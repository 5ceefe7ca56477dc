package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.change.plan.Step;
import godwit.postgres.Database;
import godwit.postgres.LockTurns;
import godwit.postgres.Session;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out a plan's steps, each with its row in the ledger. */
final class StepRunner {
    /** Whoever waits behind such a turn waits no longer than this. */
    private static final Duration TURN = Duration.ofMillis(400);

    private static final int PAUSE_MILLIS_MAX = 1_000;
    private static final int TURNS_MAX = 1_000;

    /** Where pgroll has been, its event triggers would note each of our statements as a migration of its own. */
    private static final String UNKNOWN_TO_PGROLL =
            "SELECT pg_catalog.set_config('pgroll.no_inferred_migrations', 'TRUE', false)";

    private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

    private final Database database;
    private final UUID run;
    private final List<Identifier> path;
    private final ChangeConduct conduct;
    private final Stopping stopping;
    private final Predicate<Session> isUnwanted;

    /** @param isUnwanted whether somebody asks for the opposite, as seen by a session */
    StepRunner(
            Database database,
            UUID run,
            List<Identifier> path,
            ChangeConduct conduct,
            Stopping stopping,
            Predicate<Session> isUnwanted) {
        this.database = database;
        this.run = run;
        this.path = List.copyOf(path);
        this.conduct = conduct;
        this.stopping = stopping;
        this.isUnwanted = isUnwanted;
    }

    /** Does what is not done yet. */
    void run(String part, List<Step> steps) {
        try (var session = database.open("change")) {
            session.text(UNKNOWN_TO_PGROLL);
            var ledger = new ChangeLedger(session);
            for (var number = 1; number <= steps.size(); number++) {
                requireWanted(session);
                if (!ledger.isDone(run, part, number)) {
                    run(session, part, number, steps.get(number - 1));
                }
            }
        }
    }

    private void run(Session session, String part, int number, Step step) {
        LOG.info("{} {}: {}", part, number, step.name());
        switch (step) {
            case Step.InTransaction one -> inTransaction(session, part, number, one);
            case Step.Statements statements -> inTransaction(session, part, number, statements);
            case Step.Concurrently index -> {
                new ConcurrentIndex(session, index).build();
                ChangeLedger.done(session, run, part, number, index.name());
            }
            case Step.Backfill backfill -> {
                new Backfilling(database, run, number, backfill, pathText(path), conduct, this::requireWanted)
                        .fill(session);
                ChangeLedger.done(session, run, part, number, backfill.name());
            }
        }
    }

    private void inTransaction(Session session, String part, int number, Step step) {
        inTurns(
                session,
                () -> session.transaction(s -> {
                    prepare(s);
                    step.sql().forEach(s::execute);
                    ChangeLedger.done(s, run, part, number, step.name());
                    return true;
                }));
    }

    private void prepare(Session session) {
        session.text("SELECT set_config('search_path', ?, true)", pathText(path));
    }

    /** What is made without a schema is made in the first; pg_catalog goes before all of them, being not named. */
    static String pathText(List<Identifier> path) {
        return Stream.concat(path.stream().map(Identifier::sql), Stream.of("pg_temp"))
                .collect(Collectors.joining(", "));
    }

    /** Tries again, with growing pauses, what could not have its lock in time: clients go on in between. */
    private void inTurns(Session session, Runnable work) {
        var turns = new LockTurns(session, TURN);
        for (var turn = 1; ; turn++) {
            turns.begin(turn);
            try {
                work.run();
                return;
            } catch (GodwitException e) {
                if (e.retry() != Retry.LATER || session.hasEnded()) {
                    throw e;
                }
                if (turn == TURNS_MAX) {
                    throw Problem.of(
                                    "lock-not-had",
                                    "The lock was not to be had in %d turns of %d ms."
                                            .formatted(TURNS_MAX, TURN.toMillis()),
                                    "See with godwit status who holds it; start again when they have ended.")
                            .asException(e);
                }
                requireWanted(session);
                conduct.pace().pause(Duration.ofMillis(Math.min(PAUSE_MILLIS_MAX, 100L * turn)));
            }
        }
    }

    /** @throws GodwitException change-stopped, change-unwanted */
    private void requireWanted(Session session) {
        if (isUnwanted.test(session)) {
            throw Problem.of(
                            "change-unwanted",
                            "Somebody asked for godwit rollback of the change, so it is taken back.",
                            "Start it again if it is wanted after all.")
                    .asException();
        }
        if (stopping.isAsked()) {
            throw Problem.of(
                            "change-stopped",
                            "The change was stopped before its next step.",
                            "Start it again, or roll it back.")
                    .asException();
        }
    }
}
