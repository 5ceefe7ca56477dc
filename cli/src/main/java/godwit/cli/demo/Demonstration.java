package godwit.cli.demo;

import godwit.Problem;
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

/**
 * Moves a database that is in use to a newer server, back and forth again, and counts what its clients committed.
 *
 * <p>It begins and ends here; {@link Story} tells what happens between.
 */
public final class Demonstration {
    private final DemoSettings settings;
    private final Timeline timeline;
    private final RealPace pace = new RealPace();
    private final DemoReport report = new DemoReport();
    private volatile boolean isCutShort;

    public Demonstration(DemoSettings settings, Screen screen) {
        this.settings = settings;
        this.timeline = new Timeline(screen, pace);
    }

    /** What was measured; of a story that was cut short, what it came to. */
    public DemoReport report() {
        return report;
    }

    /** Whether the process is being ended from outside, which makes everything fail: then its hooks clean up. */
    public boolean isCutShort() {
        return isCutShort;
    }

    /** Runs from the servers' start to their end. */
    public void run() {
        timeline.tell(
                "servers",
                "starting PostgreSQL %d (source) and %d (target)".formatted(Stage.SOURCE_MAJOR, Stage.TARGET_MAJOR));
        try {
            perform(Stage.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw Problem.of(
                            "demo-failed",
                            "A server of the demonstration refused: " + e.getMessage(),
                            "Run it with --keep and look into the servers' logs.")
                    .asException(e);
        }
    }

    private void perform(Stage stage) throws SQLException {
        var removal = Thread.ofPlatform().unstarted(() -> cutShort(stage));
        Runtime.getRuntime().addShutdownHook(removal);
        if (settings.keep()) {
            stage.leaveRunning();
            stage.addresses().forEach(line -> timeline.tell("", line));
        }
        try {
            tell(stage);
        } finally {
            if (withdrawn(removal)) {
                end(stage);
            }
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
        conclude();
    }

    private CaseDatabase load(Stage stage) throws SQLException {
        timeline.tell("load", "a case-management database of %s".formatted(Words.of(settings.rows(), "row")));
        try (var connection = stage.openSource()) {
            return CaseDatabase.create(connection, settings.rows());
        }
    }

    private void conclude() {
        report.broken().forEach(promise -> timeline.tell("BROKEN", promise));
        timeline.tell(
                "end",
                report.isOk()
                        ? "Every promise held: nothing was lost, doubled or refused."
                        : "Not every promise held.");
    }

    private void end(Stage stage) {
        if (settings.keep()) {
            timeline.plain("");
            timeline.plain("The servers go on running; the source takes no writes any more.");
            stage.addresses().forEach(timeline::plain);
        } else {
            stage.close();
        }
    }

    private void cutShort(Stage stage) {
        isCutShort = true;
        if (settings.keep()) {
            timeline.cutShort("Stopped. The servers go on running.");
        } else {
            timeline.cutShort("Stopped. The servers and their data are removed.");
            stage.removeFolder();
        }
    }

    /** Whether the hook was taken back; it is not when the process is ending already. */
    private static boolean withdrawn(Thread removal) {
        try {
            return Runtime.getRuntime().removeShutdownHook(removal);
        } catch (IllegalStateException ending) {
            return false;
        }
    }
}
