package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must be true of a register of people whenever its workload rests. */
public final class PeopleInvariants {
    private static final Map<String, String> BREAKERS = Map.of(
            "every contact has its person",
            "SELECT count(*) FROM contacts c WHERE NOT EXISTS (SELECT FROM persons p WHERE p.id = c.person)",
            "nobody is there twice",
            "SELECT count(*) - count(DISTINCT id) FROM persons",
            "the points add up to what everybody began with",
            "SELECT sum(points) - " + PeopleDatabase.POINTS + " * count(*) FROM persons");

    private PeopleInvariants() {}

    /** Checks the database while the workload is paused or closed, with the tables of whichever version its path finds. */
    public static List<Invariant> check(Connection connection, Workload<PeopleDatabase> workload) throws SQLException {
        var tally = Tally.of(connection, workload);
        var found = new ArrayList<Invariant>();
        found.add(new Invariant("no acknowledged operation is lost", tally.lost() == 0));
        found.add(new Invariant("no operation is there twice", tally.doubled() == 0));
        found.add(new Invariant("no operation is there that nobody did", tally.invented() == 0));
        found.add(new Invariant(
                "every phone is the last one that was acknowledged", phonesAreLast(connection, workload)));
        for (var breaker :
                BREAKERS.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
            found.add(new Invariant(breaker.getKey(), Sql.number(connection, breaker.getValue()) == 0));
        }
        return List.copyOf(found);
    }

    private static boolean phonesAreLast(Connection connection, Workload<PeopleDatabase> workload) throws SQLException {
        var wanted = workload.application().phones();
        var found = new HashMap<Long, String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT id, coalesce(nullif(phone, 'none'), '') FROM persons WHERE id <= "
                                + PeopleDatabase.ROWS_MIN * PeopleDatabase.OWN_MAX)) {
            while (rows.next()) {
                found.put(rows.getLong(1), rows.getString(2));
            }
        }
        return wanted.entrySet().stream().allMatch(one -> one.getValue().equals(found.get(one.getKey())));
    }
}
