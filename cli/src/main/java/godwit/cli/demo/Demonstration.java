package godwit.cli.demo;

import godwit.cli.live.LiveRun;
import godwit.cli.live.Screen;
import godwit.cli.live.Words;
import godwit.demo.CaseDatabase;
import godwit.demo.Load;
import godwit.demo.Workload;
import godwit.run.RealPace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Map;

/**
 * Moves a database that is in use to a newer server, back and forth again, and counts what its clients committed.
 *
 * <p>It begins and ends here; {@link Story} tells what happens between.
 */
public final class Demonstration implements Demo {
    private final DemoSettings settings;
    private final Timeline timeline;
    private final Performance performance;
    private final DemoReport report = new DemoReport();

    public Demonstration(DemoSettings settings, Screen screen) {
        this.settings = settings;
        this.timeline = new Timeline(screen, new RealPace());
        this.performance = new Performance(settings, timeline);
    }

    @Override
    public Map<String, Object> report() {
        return report.toMap();
    }

    @Override
    public boolean isOk() {
        return report.isOk();
    }

    @Override
    public boolean isCutShort() {
        return performance.isCutShort();
    }

    @Override
    public void run() {
        timeline.tell(
                "servers",
                "starting PostgreSQL %d (source) and %d (target)".formatted(Stage.SOURCE_MAJOR, Stage.TARGET_MAJOR));
        try {
            var stage = Stage.build();
            performance.run(stage, () -> tell(stage));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw Performance.failed(e);
        }
    }

    private void tell(Stage stage) throws SQLException {
        var database = load(stage);
        var load = Load.of(settings.clients());
        try (var clients = Workload.start(database, stage::writingUrl, load);
                var run = new LiveRun(stage.access(), any -> stage.writingSide());
                var story = new Story(stage, clients, timeline, report)) {
            timeline.tell("clients", "%d work on the source; from now on they never stop".formatted(load.clients()));
            timeline.watch(run, clients);
            story.tell(settings.seconds());
        } finally {
            timeline.close();
        }
        timeline.conclude(report.broken(), report.isOk());
    }

    private CaseDatabase load(Stage stage) throws SQLException {
        timeline.tell("load", "a case-management database of %s".formatted(Words.of(settings.rows(), "row")));
        try (var connection = stage.openSource()) {
            return CaseDatabase.create(connection, settings.rows());
        }
    }
}
