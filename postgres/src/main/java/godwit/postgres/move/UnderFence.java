package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import godwit.postgres.catalog.ShapeReader;
import godwit.schema.TableName;
import godwit.verify.OtherDifference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The last comparison of what is no row, made while writers wait: new tables, the schema, the sequences.
 *
 * <p>No fence holds DDL. What can be read before writers wait is read then.
 */
final class UnderFence {
    /** Writers wait meanwhile. */
    private static final Duration PATIENCE_WITH_DDL = Duration.ofMillis(250);

    private final MoveContext context;
    private static final String READ_ONLY = """
            SELECT count(*) > 0 FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS c (line)
            WHERE s.setrole = 0 AND starts_with(lower(c.line), 'default_transaction_read_only=')
              AND split_part(c.line, '=', 2)::boolean
              AND s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())""";

    private final Surroundings surroundings;
    private final ShapeReader shapes;
    private Shape before = new Shape(Map.of());
    private String digest = "";
    private Predicate<TableName> sequences = any -> true;

    UnderFence(MoveContext context) {
        this.context = context;
        this.surroundings = new Surroundings(context);
        this.shapes = new ShapeReader(context.spec().tables());
    }

    /** Reads what the losing side looks like before its writers wait. */
    void prepare(Session losing) {
        before = shapes.read(losing);
        digest = shapes.digest(losing);
        sequences = surroundings.moved(losing);
    }

    /** Refuses to go on when something has changed that the rows do not show. */
    void require(Session losing, Session gaining, Side from) {
        requireNoOpenDdl(losing, from, PATIENCE_WITH_DDL);
        // What has been made until now has no gate, and a better word.
        new Unfollowed(context).requireNone(losing, from);
        new Gates(context).requireInForce(losing, from);
        requireNoSubscriptions(losing, gaining, from);
        if (!shapes.digest(losing).equals(digest)) {
            throw changed(from, shapes.read(losing).changedSince(before));
        }
        var behind = Surroundings.barring(from, surroundings.sequences(losing, gaining, sequences));
        if (!behind.isEmpty()) {
            throw behind(behind);
        }
    }

    /** No fence holds who changes the schema in a transaction that goes on. */
    void requireNoOpenDdl(Session losing, Side from, Duration patience) {
        new OpenDdl(context.gate(from), from, context.taken(losing)).requireNone(losing, patience);
    }

    /** On neither side may somebody write whom the fence does not hold. */
    void requireNoSubscriptions(Session losing, Session gaining, Side from) {
        new Subscriptions(context, from).requireNone(losing);
        new Subscriptions(context, from.other()).requireNone(gaining);
    }

    /** Refuses to move writes to where new sessions begin read only: neither side would take them. */
    void requireWritable(Session gaining, Side side) {
        if (gaining.is(READ_ONLY)) {
            throw Problem.of(
                            "side-read-only",
                            "The %s's database is read only by default, so it would refuse the writes that are to go there."
                                    .formatted(side.word()),
                            "ALTER DATABASE … RESET default_transaction_read_only there.")
                    .asException();
        }
    }

    /** Takes about as long as {@link #require} and neither refuses nor sets anything. */
    void rehearse(Session losing, Session gaining) {
        shapes.digest(losing);
        surroundings.sequencesAsTheyAre(losing, gaining, sequences);
    }

    private static RuntimeException changed(Side from, List<String> objects) {
        return Problem.of(
                        "source-schema-changed",
                        "The schema of the %s changed while the writes were about to leave it.".formatted(from.word()),
                        "Undo the change or make it on the other side as well, then switch again.")
                .withObjects(objects)
                .asException();
    }

    private static RuntimeException behind(List<OtherDifference> sequences) {
        return Problem.of(
                        "sequences-behind",
                        "%d sequences of the side that gains the writes could give values twice."
                                .formatted(sequences.size()),
                        "See them with godwit verify.")
                .withObjects(sequences.stream().map(OtherDifference::object).toList())
                .asException();
    }
}
