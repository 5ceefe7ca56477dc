package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** What a client does in one transaction. */
interface Operation {
    /** Its name in the table of operations. */
    String kind();

    /** What it is about, for what clients remember by it; 0 for nothing. */
    default long about() {
        return 0;
    }

    void perform(Connection connection) throws SQLException;

    /** Whether it changes anything, and so is recorded in the database. */
    default boolean writes() {
        return true;
    }
}
