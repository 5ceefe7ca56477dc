package godwit.postgres.verify;

import java.sql.Connection;
import java.sql.SQLException;

/** How a text becomes 64 bits inside the servers, so that rows are compared without travelling. */
enum RowHash {
    /** The servers' own hash, which is the fastest; it depends on byte order and encoding. */
    SERVER {
        @Override
        String of(String text) {
            return "hashtextextended(%s COLLATE \"C\", 0)".formatted(text);
        }
    },
    /** Half of an MD5 over UTF-8: about three times slower, the same on all servers. */
    PORTABLE {
        @Override
        String of(String text) {
            return "('x' || left(md5(convert_to(%s, 'UTF8')), 16))::bit(64)::bigint".formatted(text);
        }
    };

    /*
     * hashtextextended has no documented stability, so a fixed text is hashed on both servers first. It is longer than
     * the twelve bytes that the function takes in one step.
     */
    private static final String TEST_VECTOR = """
            SELECT getdatabaseencoding(),
                hashtextextended('from Alaska to Tasmania without landing, 13560 km' COLLATE "C", 0)""";

    /** The expression, of type bigint, for a text expression. */
    abstract String of(String text);

    /** The fastest way by which both servers come to the same result. */
    static RowHash forBoth(Side leader, Side follower) {
        return leader.read(RowHash::tested).equals(follower.read(RowHash::tested)) ? SERVER : PORTABLE;
    }

    private static String tested(Connection session) throws SQLException {
        try (var statement = session.createStatement();
                var row = statement.executeQuery(TEST_VECTOR)) {
            row.next();
            return row.getString(1) + " " + row.getLong(2);
        }
    }
}
