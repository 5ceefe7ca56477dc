package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.run.Phase;
import godwit.schema.TableName;
import godwit.traffic.Journal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both gates of a run say. */
final class Gates {
    private static final Logger LOG = LoggerFactory.getLogger(Gates.class);

    private static final String ROOTS_AND_LEAVES = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', 'godwit')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                              AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2""";

    private final MoveContext context;

    Gates(MoveContext context) {
        this.context = context;
    }

    Journal journal() {
        return new Journal(epoch(Side.SOURCE), epoch(Side.TARGET));
    }

    /**
     * Before a side's gate is made it has neither lost nor gained the writes. One that was made and is gone had an epoch
     * that nobody knows.
     */
    private OptionalLong epoch(Side side) {
        try (var session = context.look(side)) {
            var epoch = context.gate(side).epoch(session);
            return epoch.isPresent() || wasMade(side) ? epoch : OptionalLong.of(Journal.FIRST_EPOCH);
        } catch (GodwitException e) {
            return OptionalLong.empty();
        }
    }

    /** Only a live move puts a gate into its source. */
    private boolean wasMade(Side side) {
        return (side == Side.TARGET || context.spec().conduct().mode() == Mode.LIVE) && phase().hasGate(side);
    }

    private Phase phase() {
        try (var target = context.look(Side.TARGET)) {
            return target.is("SELECT to_regclass('godwit.run') IS NOT NULL")
                    ? target.first(
                                    "SELECT phase FROM godwit.run WHERE id = ?",
                                    row -> Phase.of(row.getString(1)),
                                    context.run())
                            .orElse(Phase.PLANNED)
                    : Phase.PLANNED;
        }
    }

    /** Refuses to act where a gate is gone, which nothing that waits brings back, or would refuse what Godwit writes. */
    void requireThere(Side side) {
        try (var session = context.look(side)) {
            if (context.gate(side).epoch(session).isEmpty() && wasMade(side)) {
                throw Problem.of(
                                "gate-missing",
                                "The gate in the %s is gone, so nobody knows which side takes the writes."
                                        .formatted(side.word()),
                                "Somebody has dropped it with the schema godwit. Make sure by yourself which side is"
                                        + " written to; make its sequence again with an epoch that says so (even: the"
                                        + " source, odd: the target), then end the run with godwit rollback.")
                        .withObjects(List.of(context.gate(side).epochName()))
                        .asException();
            }
            if (wasMade(side) && !context.gate(side).letsPass(session)) {
                throw Problem.of(
                                "gate-of-another-role",
                                "The gate in the %s is another role's and does not let Godwit's pass."
                                        .formatted(side.word()),
                                "Use the role with which the run was begun, or make this one a member of it.")
                        .asException();
            }
        }
    }

    /**
     * Shuts the gate of a side whose server has lost the decision that took the writes from it. What was written there
     * meanwhile is foreign.
     */
    void shutWhatIsOpenInError() {
        var journal = journal();
        journal.openInError().ifPresent(side -> {
            try (var session = context.openBriefly(side, "gate")) {
                context.gate(side).setEpoch(session, journal.epoch());
            }
            LOG.warn(
                    "the {} took writes although they had moved away: its server has lost what it committed last",
                    side.word());
        });
    }

    /** The tables of the move, roots and leaves, each of which has a gate. */
    List<TableName> guardable(Session session) {
        return session.query(ROOTS_AND_LEAVES, row -> TableName.of(row.getString(1), row.getString(2))).stream()
                .filter(context.taken(session))
                .toList();
    }

    /** Refuses to move the writes away from a side where a table's gate is off: whoever writes there is not held. */
    void requireInForce(Session losing, Side side) {
        requireInForce(losing, side, guardable(losing));
    }

    /**
     * The same for the side that gains the writes, of the tables that move: with a gate that is off there, no way would lead
     * back.
     */
    void requireInForce(Session session, Side side, List<TableName> tables) {
        var inForce = new HashSet<>(context.gate(side).inForce(session));
        var open = tables.stream()
                .filter(table -> !inForce.contains(table))
                .map(TableName::plain)
                .toList();
        if (!open.isEmpty()) {
            throw Problem.of(
                            "gate-open",
                            "The gate of %d tables of the %s is off or not always on: writers would pass it."
                                    .formatted(open.size(), side.word()),
                            "Somebody has disabled triggers: ALTER TABLE … ENABLE ALWAYS TRIGGER %s; then try again."
                                    .formatted(context.gate(side).trigger().name()))
                    .withObjects(open)
                    .asException();
        }
    }

    /** The side with the writes. */
    Side leader() {
        return switch (journal().writes()) {
            case SOURCE -> Side.SOURCE;
            case TARGET -> Side.TARGET;
            case UNKNOWN ->
                throw passing(
                        "writes-unknown", "A server does not answer, so nobody knows which side takes the writes.");
        };
    }

    /** A fence that another worker left may still decide: what the gates say counts only when it is gone. */
    void awaitNoFence(Side side) {
        var until = System.nanoTime()
                + Duration.ofSeconds(context.spec().switching().fenceSecondsMax() + 2L)
                        .toNanos();
        try (var session = context.look(side)) {
            while (context.gate(side).isFenced(session)) {
                if (System.nanoTime() > until) {
                    throw passing("fence-stands", "A fence of another worker stands in the " + side.word() + ".");
                }
                Patience.pause(Duration.ofMillis(50));
            }
        }
    }

    static GodwitException passing(String code, String message) {
        return new GodwitException(
                Problem.of(code, message, "It is tried again."), Retry.LATER, new IllegalStateException(code));
    }
}
