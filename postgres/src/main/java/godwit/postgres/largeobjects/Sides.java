package godwit.postgres.largeobjects;

import godwit.move.Side;
import godwit.postgres.Session;
import java.util.UUID;

/**
 * A session on each side, and which of them leads.
 *
 * @param leader only reads its objects; may write the ledger
 * @param follower an applying session, through which no event trigger of the application fires
 */
public record Sides(Side leading, Session leader, Session follower, CarriedObjects carried) {
    public Sides(UUID run, Side leading, Session leader, Session follower) {
        this(leading, leader, follower, new CarriedObjects(run));
    }

    /** Where the ledger is. */
    Session target() {
        return leading == Side.SOURCE ? follower : leader;
    }
}
