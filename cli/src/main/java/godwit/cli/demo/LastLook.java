package godwit.cli.demo;

import godwit.demo.CaseDatabase;
import godwit.demo.Invariant;
import godwit.demo.Invariants;
import godwit.demo.Workload;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What is checked on both servers, without Godwit, when all is over. */
final class LastLook {
    private static final String READ_ONLY = "25006";

    private final Stage stage;
    private final Workload<CaseDatabase> clients;

    LastLook(Stage stage, Workload<CaseDatabase> clients) {
        this.stage = stage;
        this.clients = clients;
    }

    List<Invariant> look() throws SQLException {
        var all = new ArrayList<Invariant>();
        try (var target = stage.openTarget()) {
            all.addAll(Invariants.check(target, clients));
        }
        try (var source = stage.openSource()) {
            all.add(new Invariant("the source takes no writes any more", refusesWrites(source)));
            all.add(new Invariant("nothing of Godwit is left in the source", isClean(source)));
        }
        return List.copyOf(all);
    }

    private static boolean refusesWrites(Connection source) throws SQLException {
        try (var statement = source.createStatement()) {
            statement.execute("INSERT INTO operations (client, number, kind) VALUES (0, 0, 'too late')");
            return false;
        } catch (SQLException refused) {
            if (READ_ONLY.equals(refused.getSQLState())) {
                return true;
            }
            throw refused;
        }
    }

    private static boolean isClean(Connection source) throws SQLException {
        try (var statement = source.createStatement();
                var left = statement.executeQuery("""
                        SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'godwit%')
                            + (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_publication)
                            + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'godwit%')
                        """)) {
            return left.next() && left.getLong(1) == 0;
        }
    }
}
