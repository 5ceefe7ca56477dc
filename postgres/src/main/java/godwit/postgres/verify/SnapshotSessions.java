package godwit.postgres.verify;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Opens sessions of one side that all see one snapshot.
 *
 * <p>Each has auto-commit off, is in a REPEATABLE READ transaction that has imported the snapshot
 * ({@code SET TRANSACTION SNAPSHOT}; PostgreSQL manual, 9.27.5), and has Godwit's settings, which make the text of a
 * value depend on the value alone. Who opens it closes it.
 *
 * <p>A comparison takes up to {@link VerifyLimits#workersPerSide()} on each side, a repair as many on the leader and one
 * more, each when it is first needed.
 */
public interface SnapshotSessions {
    Connection open() throws SQLException;
}
