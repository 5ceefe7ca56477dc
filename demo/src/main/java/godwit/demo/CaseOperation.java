package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.random.RandomGenerator;

/** What a client of a {@link CaseDatabase} does in one transaction. */
sealed interface CaseOperation extends Operation {

    /** A random operation, in the proportions of a working day: one in three only reads. */
    static CaseOperation next(RandomGenerator random, CaseDatabase database, int client) {
        var one = 1 + random.nextLong(database.cases());
        var person = 1 + random.nextLong(database.persons());
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Transfer(one, 1 + random.nextLong(database.cases()), 1 + random.nextInt(50));
            case 2, 3 -> new Note(one, client, random.nextInt(1096));
            case 4 -> new Review(one, random.nextInt(3));
            case 5 -> new Open(one, person);
            case 6 -> new Link(one, person, random.nextInt(4));
            case 7 -> new Unlink(one);
            case 8 -> new Describe(person, random.nextInt(1000));
            case 9 -> new Read(one, person);
            default -> new Browse(1 + random.nextLong(4));
        };
    }

    /** Moves part of one case's budget to another; where there is not enough, nothing moves. */
    record Transfer(long about, long to, int amount) implements CaseOperation {
        @Override
        public String kind() {
            return "transfer";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            if (about == to) {
                return;
            }
            // In the order of the keys, so that two transfers never wait for each other.
            Sql.run(connection, "SELECT id FROM cases WHERE id IN (?, ?) ORDER BY id FOR NO KEY UPDATE", about, to);
            var taken = Sql.run(
                    connection,
                    "UPDATE cases SET budget = budget - ? WHERE id = ? AND budget >= ?",
                    amount,
                    about,
                    amount);
            if (taken == 1) {
                Sql.run(connection, "UPDATE cases SET budget = budget + ? WHERE id = ?", amount, to);
            }
        }
    }

    /** Writes an audit note, in one of the partitions. */
    record Note(long about, int client, int day) implements CaseOperation {
        @Override
        public String kind() {
            return "note";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, """
                    INSERT INTO audit_notes (case_id, noted, client, note)
                    VALUES (?, timestamptz '2024-01-01 00:00+00' + ? * interval '1 day', ?, 'seen: ' || clock_timestamp())
                    """, about, day, client);
        }
    }

    /** Changes a case's state; a trigger of the database keeps the history. */
    record Review(long about, int state) implements CaseOperation {
        @Override
        public String kind() {
            return "review";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(
                    connection,
                    "UPDATE cases SET state = (enum_range(NULL::case_state))[1 + ?] WHERE id = ?",
                    state,
                    about);
        }
    }

    /** Opens a case under another one, with its first person and piece of evidence. */
    record Open(long about, long person) implements CaseOperation {
        @Override
        public String kind() {
            return "open";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, """
                    WITH opened AS (
                        INSERT INTO cases (agency, officer, parent, title)
                        SELECT agency, officer, id, 'Part of ' || title FROM cases WHERE id = ? RETURNING id
                    ), linked AS (
                        INSERT INTO case_persons (case_id, person_id, role) SELECT id, ?, 'witness' FROM opened
                    )
                    INSERT INTO evidence (case_id, kind, seized, report)
                    SELECT id, 'document', now(), repeat('page ', 900) FROM opened
                    """, about, person);
        }
    }

    /** Links a person to a case, or gives an existing link another role. */
    record Link(long about, long person, int role) implements CaseOperation {
        @Override
        public String kind() {
            return "link";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, """
                    INSERT INTO case_persons (case_id, person_id, role)
                    VALUES (?, ?, (enum_range(NULL::person_role))[1 + ?])
                    ON CONFLICT (case_id, person_id) DO UPDATE SET role = excluded.role
                    """, about, person, role);
        }
    }

    /** Removes the newest link of a case. */
    record Unlink(long about) implements CaseOperation {
        @Override
        public String kind() {
            return "unlink";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, """
                    DELETE FROM case_persons WHERE case_id = ? AND person_id =
                        (SELECT max(person_id) FROM case_persons WHERE case_id = ?)
                    """, about, about);
        }
    }

    /** Changes what is known of a person, and now and then the name. */
    record Describe(long person, int height) implements CaseOperation {
        @Override
        public String kind() {
            return "describe";
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, """
                    UPDATE persons SET facts = facts || jsonb_build_object('height', ?::int),
                        name = CASE WHEN ? % 5 = 0 THEN split_part(name, ', ', 1) || ', ' || id ELSE name END,
                        aliases = (array_append(aliases, 'also'))[1:5]
                    WHERE id = ?
                    """, height, height, person);
        }
    }

    /** Reads a case with its persons and notes. */
    record Read(long about, long person) implements CaseOperation {
        @Override
        public String kind() {
            return "read";
        }

        @Override
        public boolean writes() {
            return false;
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, """
                    SELECT c.*, p.search_name, l.role FROM cases c
                    LEFT JOIN case_persons l ON l.case_id = c.id LEFT JOIN persons p ON p.id = l.person_id
                    WHERE c.id = ?
                    """, about);
            Sql.run(connection, "SELECT note FROM audit_notes WHERE case_id = ? ORDER BY noted LIMIT 20", about);
            Sql.run(connection, "SELECT name, facts FROM persons WHERE id = ?", person);
        }
    }

    /** Reads an officer's newest open cases through the view. */
    record Browse(long officer) implements CaseOperation {
        @Override
        public String kind() {
            return "browse";
        }

        @Override
        public boolean writes() {
            return false;
        }

        @Override
        public void perform(Connection connection) throws SQLException {
            Sql.run(connection, "SELECT * FROM open_cases WHERE officer = 'Officer ' || ? LIMIT 20", officer);
        }
    }
}
