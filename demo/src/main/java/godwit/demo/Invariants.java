package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** What must be true of a case database whenever its workload rests, on either side. */
public final class Invariants {
    /** Each finds the rows that break it, so that it holds when there are none. */
    private static final Map<String, String> BREAKERS = Map.of(
            "every link has its case and its person",
            """
            SELECT count(*) FROM case_persons l
            WHERE NOT EXISTS (SELECT FROM cases c WHERE c.id = l.case_id)
                OR NOT EXISTS (SELECT FROM persons p WHERE p.id = l.person_id)
            """,
            "every agency's chief works there",
            """
            SELECT count(*) FROM agencies a
            WHERE NOT EXISTS (SELECT FROM officers o WHERE o.id = a.chief AND o.agency = a.id)
            """,
            "every note is in the partition of its year",
            """
            SELECT count(*) FROM audit_notes n JOIN pg_class c ON c.oid = n.tableoid
            WHERE c.relname <> 'audit_notes_' || extract(year FROM n.noted AT TIME ZONE 'UTC')
            """,
            "every generated name follows its person's name",
            "SELECT count(*) FROM persons WHERE search_name IS DISTINCT FROM upper(name)",
            "every change of state is in the history once",
            """
            SELECT (SELECT count(*) FROM case_history) - (SELECT count(*) FROM operations WHERE kind = 'review')
            """,
            "no two rows share an identity",
            """
            SELECT (SELECT count(*) - count(DISTINCT id) FROM cases) + (SELECT count(*) - count(DISTINCT id) FROM evidence)
                + (SELECT count(*) - count(DISTINCT id) FROM audit_notes)
            """);

    private Invariants() {}

    /** Checks one side while the workload is paused or closed, and both sides are in step. */
    public static List<Invariant> check(Connection connection, Workload<CaseDatabase> workload) throws SQLException {
        var tally = Tally.of(connection, workload);
        var found = new ArrayList<Invariant>();
        found.add(new Invariant("no acknowledged operation is lost", tally.lost() == 0));
        found.add(new Invariant("no operation is there twice", tally.doubled() == 0));
        found.add(new Invariant("no operation is there that nobody did", tally.invented() == 0));
        found.add(new Invariant("the budgets add up to what they were", budgetsAddUp(connection, workload)));
        found.add(
                new Invariant("every case has the notes that were acknowledged", notesAreThere(connection, workload)));
        for (var breaker :
                BREAKERS.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
            found.add(new Invariant(breaker.getKey(), Sql.number(connection, breaker.getValue()) == 0));
        }
        return List.copyOf(found);
    }

    private static boolean budgetsAddUp(Connection connection, Workload<CaseDatabase> workload) throws SQLException {
        try (var statement = connection.createStatement();
                var sum = statement.executeQuery("SELECT sum(budget) FROM cases")) {
            return sum.next() && workload.application().budget().compareTo(sum.getBigDecimal(1)) == 0;
        }
    }

    private static boolean notesAreThere(Connection connection, Workload<CaseDatabase> workload) throws SQLException {
        var expected = new HashMap<Long, Long>();
        var unsure = new HashSet<Long>();
        for (var client : workload.clients()) {
            client.acknowledged().notes().forEach((id, count) -> expected.merge(id, count, Long::sum));
            unsure.addAll(client.acknowledged().unsureCases());
        }
        var first = workload.clients().getFirst().client();
        var found = notes(connection, first, first + workload.clients().size() - 1);
        expected.keySet().removeAll(unsure);
        found.keySet().removeAll(unsure);
        return expected.equals(found);
    }

    private static Map<Long, Long> notes(Connection connection, int from, int to) throws SQLException {
        var found = new HashMap<Long, Long>();
        var sql = "SELECT case_id, count(*) FROM audit_notes WHERE client BETWEEN ? AND ? GROUP BY case_id";
        try (var statement = connection.prepareStatement(sql)) {
            statement.setInt(1, from);
            statement.setInt(2, to);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getLong(1), rows.getLong(2));
                }
            }
        }
        return found;
    }
}
