package godwit.cli.demo;

import godwit.cli.live.Words;
import godwit.demo.Invariant;
import godwit.demo.PeopleDatabase;
import godwit.demo.PeopleInvariants;
import godwit.demo.Workload;
import godwit.file.Json;
import godwit.postgres.change.SchemaChange;
import godwit.run.RealPace;
import godwit.run.Stopping;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The change itself, verb by verb as a person would ask for it, while the clients work. */
final class ChangeStory {
    private static final Duration TURN = Duration.ofMillis(50);
    private static final Duration UNUSED = Duration.ofSeconds(2);
    private static final long LIFE_NANOS_MIN = Duration.ofSeconds(2).toNanos();
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ChangeStage stage;
    private final Versions versions;
    private final Workload<PeopleDatabase> clients;
    private final Timeline timeline;
    private final ChangeReport report;
    private final SchemaChange change;
    private final RealPace pace = new RealPace();

    ChangeStory(
            ChangeStage stage,
            Versions versions,
            Workload<PeopleDatabase> clients,
            Timeline timeline,
            ChangeReport report) {
        this.stage = stage;
        this.versions = versions;
        this.clients = clients;
        this.timeline = timeline;
        this.report = report;
        this.change = stage.change();
    }

    /** @param seconds how long the clients work in all, about */
    void tell(int seconds) throws SQLException {
        var ends = pace.nanos() + seconds * TimeUnit.SECONDS.toNanos(1);
        var before = shape();
        plan();
        start();
        use(Versions.Share.HALF, "half of the clients are the new application, half the old one");
        live(ends, 4);
        verify("while both versions are used");
        rollback(before);
        live(ends, 3);
        start();
        use(Versions.Share.HALF, "half of the clients are the new application again");
        live(ends, 2);
        verify("while both versions are used again");
        switchOver();
        live(ends, 1);
        verify("before complete");
        complete();
        live(ends, 1);
        clients.close();
        report.worked(clients.report());
        clients.failures().forEach(failure -> timeline.tell("", failure));
        checks();
    }

    private void plan() {
        var plan = change.plan();
        timeline.tell(
                "plan",
                "%s to start, %d to complete, %s to take it back; nothing stands in the way"
                        .formatted(
                                Words.of(plan.start().size(), "step"),
                                plan.complete().size(),
                                plan.rollback().size()));
    }

    private void start() {
        timeline.tell("start", "a new shape beside the old one, filled while the clients write");
        var began = pace.nanos();
        var result = change.start(Stopping.never());
        var seconds = (pace.nanos() - began) / NANOS_PER_SECOND;
        var rows = number(result, "rowsFilled");
        report.filled(rows, seconds);
        timeline.tell(
                "ready", "%s filled in %s; both versions work".formatted(Words.of(rows, "row"), Words.time(seconds)));
    }

    /** Has clients use a version; whoever is in a transaction goes with the next. */
    private void use(Versions.Share share, String told) {
        versions.use(share);
        clients.pause();
        clients.resume();
        timeline.tell("clients", told);
    }

    private void verify(String phase) {
        var result = change.verify();
        var rows = number(result, "rowsCompared");
        var differences = number(result, "differences");
        report.verified(phase, rows, differences);
        timeline.tell(
                "verify",
                "up and down worked out anew over %s: %s"
                        .formatted(Words.of(rows, "row"), Words.of(differences, "difference")));
        if (differences > 0) {
            timeline.tell("", Json.write(result));
        }
    }

    private void rollback(List<String> before) throws SQLException {
        use(Versions.Share.NONE, "the new application is withdrawn");
        var began = pace.nanos();
        change.rollback();
        var seconds = (pace.nanos() - began) / NANOS_PER_SECOND;
        report.rolledBack(seconds);
        var isAsBefore = shape().equals(before);
        report.checked(List.of(new Invariant("a rollback leaves the tables as they were", isAsBefore)));
        timeline.tell(
                "rollback",
                "took %s; the tables are %s"
                        .formatted(Words.millis(seconds * 1000), isAsBefore ? "as they were" : "NOT as they were"));
    }

    private void switchOver() {
        change.switchForward();
        use(Versions.Share.ALL, "the database's default is the new version; all clients are the new application");
    }

    private void complete() {
        change.complete(UNUSED);
        timeline.tell("complete", "the old shape is gone, and only what the new one has is left");
    }

    /** Lets the clients work for their share of the time that is left. */
    private void live(long ends, int shares) {
        var committed = clients.report().committed();
        var until = pace.nanos() + Math.max(LIFE_NANOS_MIN, (ends - pace.nanos()) / shares);
        while (pace.nanos() < until) {
            pace.pause(TURN);
        }
        timeline.tell(
                "life", "%s committed".formatted(Words.of(clients.report().committed() - committed, "transaction")));
    }

    private void checks() throws SQLException {
        var all = new ArrayList<Invariant>();
        try (var connection = stage.open(true)) {
            all.addAll(PeopleInvariants.check(connection, clients));
        }
        all.add(new Invariant("the tables are what the plain change makes of them", shape().equals(blunt())));
        report.checked(all);
        timeline.tell(
                "checks",
                "without Godwit: %d of %d promises hold"
                        .formatted(all.stream().filter(Invariant::holds).count(), all.size()));
    }

    private List<String> shape() throws SQLException {
        try (var connection = stage.open(false)) {
            return TableShape.read(connection, "public");
        }
    }

    private List<String> blunt() throws SQLException {
        try (var connection = stage.open(false)) {
            return TableShape.ofBlunt(connection);
        }
    }

    private static long number(Map<String, Object> result, String key) {
        return result.get(key) instanceof Number number ? number.longValue() : 0;
    }
}
