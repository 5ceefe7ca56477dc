package godwit.postgres.move;

import godwit.move.Conduct.SchemaOrigin;
import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import godwit.postgres.YieldingReads;
import godwit.postgres.capture.StreamProtocol;
import godwit.postgres.capture.StreamSource;
import godwit.postgres.catalog.Lineages;
import godwit.postgres.gate.Gate;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Predicate;

/** A run's two databases and the names of what it makes in them. */
public record MoveContext(UUID run, MoveSpec spec, Database source, Database target) implements AutoCloseable {
    /** Ends the connections that are kept for the next. */
    @Override
    public void close() {
        source.close();
        target.close();
    }

    public String shortId() {
        return run.toString().substring(0, 8);
    }

    public Exemption exemption() {
        return new Exemption(shortId());
    }

    Database database(Side side) {
        return side == Side.SOURCE ? source : target;
    }

    /** Whether people have made the target's tables. */
    boolean isPrepared() {
        return spec.conduct().schema() == SchemaOrigin.USE;
    }

    /** Which tables go along, as the catalog of the session's side has them at this moment. */
    Predicate<TableName> taken(Session session) {
        return Lineages.read(session).taken(spec.tables());
    }

    /** Which rows of the tables count on which side. */
    MovedRows rows() {
        return new MovedRows(this);
    }

    Gate gate(Side side) {
        return new Gate(run, side);
    }

    /** For statements that may take as long as they like; the connection may be another's before and after. */
    Session open(Side side, String purpose) {
        return unlimited(openBriefly(side, purpose));
    }

    /** For statements that are answered within a minute. */
    Session openBriefly(Side side, String purpose) {
        return database(side).borrowBriefly(purpose);
    }

    private static Session unlimited(Session session) {
        session.waitAtMost(Duration.ZERO);
        return session;
    }

    /** A session for single brief statements that change no settings. */
    Session look(Side side) {
        return database(side).look();
    }

    /** For sessions that read tables of a side while it is in use. */
    YieldingReads yieldingReads(Side side) {
        return new YieldingReads(database(side), Duration.ofMillis(spec.limits().lockWaitMillisMax()));
    }

    Session openApplying(Side side, String purpose) {
        return unlimited(openApplyingBriefly(side, purpose));
    }

    /** For statements that are answered within a minute. */
    Session openApplyingBriefly(Side side, String purpose) {
        return database(side).borrowApplyingBriefly(purpose, exemption());
    }

    /** The slot and the publication in a side, from which that side's changes are read. */
    String streamName(Side from) {
        return "godwit_" + shortId() + (from == Side.SOURCE ? "_forward" : "_backward");
    }

    /** The word for the stream that follows a side. */
    static String direction(Side from) {
        return from == Side.SOURCE ? "forward" : "backward";
    }

    Identifier publication(Side from) {
        return new Identifier(streamName(from));
    }

    StreamSource streamSource(Side from, boolean binary, StreamProtocol protocol) {
        var rows = new RowLimit(spec.limits().rowBytesMax());
        return new StreamSource(streamName(from), streamName(from), binary, rows, protocol);
    }
}
