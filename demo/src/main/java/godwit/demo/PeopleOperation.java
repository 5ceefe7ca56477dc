package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** What a client of a {@link PeopleDatabase} does in one transaction, in the words of the version that it is connected to. */
sealed interface PeopleOperation extends Operation {
    /** The old application's schema; in any other one the columns are the new one's. */
    String OLD = "public";

    private static boolean isOld(Connection connection) throws SQLException {
        return OLD.equals(connection.getSchema());
    }

    /** Writes somebody's phone; an empty one is none, which the new version has a word for. */
    record Call(long about, String phone) implements PeopleOperation {
        @Override
        public String kind() {
            return "call";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            var none = isOld(connection) ? "nullif(?, '')" : "coalesce(nullif(?, ''), 'none')";
            Sql.run(connection, "UPDATE persons SET phone = " + none + ", seen = now() WHERE id = ?", phone, about);
        }
    }

    /** Gives points to somebody else; where there are not enough, nothing is given. */
    record Give(long about, long to, int points) implements PeopleOperation {
        @Override
        public String kind() {
            return "give";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            if (about == to) {
                return;
            }
            // In the order of the keys, so that two of them never wait for each other.
            Sql.run(connection, "SELECT id FROM persons WHERE id IN (?, ?) ORDER BY id FOR NO KEY UPDATE", about, to);
            var given = Sql.run(
                    connection,
                    "UPDATE persons SET points = points - ? WHERE id = ? AND points >= ?",
                    points,
                    about,
                    points);
            if (given == 1) {
                Sql.run(connection, "UPDATE persons SET points = points + ? WHERE id = ?", points, to);
            }
        }
    }

    /** Enters somebody new. */
    record Enlist(String name) implements PeopleOperation {
        @Override
        public String kind() {
            return "enlist";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            var sql = isOld(connection)
                    ? "INSERT INTO persons (id, name) VALUES (nextval('public.persons_new'), ?)"
                    : "INSERT INTO persons (id, full_name, phone) VALUES (nextval('public.persons_new'), ?, 'none')";
            Sql.run(connection, sql, name);
        }
    }

    /** Gives somebody another name. */
    record Rename(long about, String name) implements PeopleOperation {
        @Override
        public String kind() {
            return "rename";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            var column = isOld(connection) ? "name" : "full_name";
            Sql.run(connection, "UPDATE persons SET " + column + " = ? WHERE id = ?", name, about);
        }
    }

    /** Notes that somebody was met. */
    record Meet(long about) implements PeopleOperation {
        @Override
        public String kind() {
            return "meet";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, "INSERT INTO contacts (person, note) VALUES (?, 'met again')", about);
        }
    }

    /** Reads somebody with what was noted, by names: {@code *} would be other columns while the table has those of both. */
    record Look(long about) implements PeopleOperation {
        @Override
        public String kind() {
            return "look";
        }

        @Override
        public boolean writes() {
            return false;
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(
                    connection,
                    "SELECT p.id, p.phone, p.points, c.note FROM persons p LEFT JOIN contacts c ON c.person = p.id WHERE p.id = ?",
                    about);
        }
    }
}
