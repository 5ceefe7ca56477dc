package godwit.cli.demo;

import godwit.Problem;
import java.sql.SQLException;

/** A demonstration from its servers' start to their end, also when the process is ended from outside. */
final class Performance {
    private final DemoSettings settings;
    private final Timeline timeline;
    private volatile boolean isCutShort;

    Performance(DemoSettings settings, Timeline timeline) {
        this.settings = settings;
        this.timeline = timeline;
    }

    /** What is shown between the begin and the end. */
    interface Act {
        void perform() throws SQLException;
    }

    /** Whether the process is being ended from outside, which makes everything fail: then its hooks clean up. */
    boolean isCutShort() {
        return isCutShort;
    }

    void run(Scene scene, Act act) {
        var removal = Thread.ofPlatform().unstarted(() -> cutShort(scene));
        Runtime.getRuntime().addShutdownHook(removal);
        if (settings.keep()) {
            scene.leaveRunning();
            scene.addresses().forEach(line -> timeline.tell("", line));
        }
        try {
            act.perform();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            if (withdrawn(removal)) {
                end(scene);
            }
        }
    }

    static RuntimeException failed(SQLException e) {
        return Problem.of(
                        "demo-failed",
                        "A server of the demonstration refused: " + e.getMessage(),
                        "Run it with --keep and look into the servers' logs.")
                .asException(e);
    }

    private void end(Scene scene) {
        if (settings.keep()) {
            timeline.plain("");
            timeline.plain("The servers go on running.");
            scene.addresses().forEach(timeline::plain);
        } else {
            scene.close();
        }
    }

    private void cutShort(Scene scene) {
        isCutShort = true;
        if (settings.keep()) {
            timeline.cutShort("Stopped. The servers go on running.");
        } else {
            timeline.cutShort("Stopped. The servers and their data are removed.");
            scene.removeFolder();
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
