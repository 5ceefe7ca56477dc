package godwit.cli.demo;

import godwit.cli.live.ChangeWatch;
import godwit.cli.live.Screen;
import godwit.cli.live.Speed;
import godwit.cli.live.Words;
import godwit.demo.Load;
import godwit.demo.PeopleDatabase;
import godwit.demo.Workload;
import godwit.postgres.change.SchemaChange;
import godwit.run.RealPace;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Gives the tables of a database that is in use another shape, takes it back, does it again, and counts what the clients of both
 * versions committed.
 */
public final class ChangeDemonstration implements Demo {
    private final DemoSettings settings;
    private final Timeline timeline;
    private final Performance performance;
    private final ChangeReport report = new ChangeReport();
    private final Speed speed = new Speed();

    public ChangeDemonstration(DemoSettings settings, Screen screen) {
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
        timeline.tell("server", "starting PostgreSQL %d".formatted(ChangeStage.MAJOR));
        try {
            var stage = ChangeStage.build();
            performance.run(stage, () -> tell(stage));
        } catch (SQLException e) {
            throw Performance.failed(e);
        }
    }

    private void tell(ChangeStage stage) throws SQLException {
        var database = load(stage);
        var load = Load.of(settings.clients());
        var versions = new Versions();
        try (var clients = Workload.start(database, client -> stage.address(versions.isNew(client)), load)) {
            timeline.tell("clients", "%d are the old application; they never stop".formatted(load.clients()));
            var change = stage.change();
            timeline.watch(now -> standing(change, now), clients);
            new ChangeStory(stage, versions, clients, timeline, report).tell(settings.seconds());
        } finally {
            timeline.close();
        }
        timeline.conclude(report.broken(), report.isOk());
    }

    private PeopleDatabase load(ChangeStage stage) throws SQLException {
        timeline.tell("load", "a register of %s".formatted(Words.of(settings.rows(), "person")));
        try (var connection = stage.open(false)) {
            return PeopleDatabase.create(connection, settings.rows());
        }
    }

    private List<String> standing(SchemaChange change, long now) {
        var progress = change.progress();
        speed.see(now, progress.rows());
        return List.of(ChangeWatch.line(progress, speed.perSecond()));
    }
}
