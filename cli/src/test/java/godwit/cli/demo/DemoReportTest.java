package godwit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.demo.Invariant;
import godwit.demo.Tally;
import godwit.demo.WorkloadReport;
import godwit.postgres.ledger.Copied;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DemoReportTest {
    /**
     * A chapter of the story.
     *
     * @param kept tells it as it should be
     * @param broken tells it so that its promise is broken, or leaves it out
     */
    record Chapter(String name, Consumer<DemoReport> kept, Consumer<DemoReport> broken) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Chapter> chapters() {
        return List.of(
                new Chapter("copied", r -> r.copied(new Copied(1, 1, 1)), r -> {}),
                new Chapter(
                        "verified",
                        r -> r.verified("before switch", 9, 0, "0/1"),
                        r -> r.verified("before switch", 9, 1, "0/1")),
                new Chapter("verified on the target", r -> r.verified("after switch", 9, 0, "0/2"), r -> {}),
                new Chapter("verified at the end", r -> r.verified("after the way back", 9, 0, "0/3"), r -> {}),
                new Chapter("pause", r -> r.switched("forward", 1000), r -> r.switched("forward", 1001)),
                new Chapter("back", r -> r.switched("back", 1), r -> {}),
                new Chapter("again", r -> r.switched("forward", 1), r -> r.switched("forward", 2000)),
                new Chapter(
                        "lost", r -> r.rolledBack(299, new Tally(0, 0, 0)), r -> r.rolledBack(1, new Tally(1, 0, 0))),
                new Chapter("doubled", r -> {}, r -> r.rolledBack(1, new Tally(0, 1, 0))),
                new Chapter("way back too slow", r -> {}, r -> r.rolledBack(301, new Tally(0, 0, 0))),
                new Chapter("failed", r -> r.worked(work(0)), r -> r.worked(work(1))),
                new Chapter(
                        "invariant",
                        r -> r.checked(List.of(new Invariant("a", true))),
                        r -> r.checked(List.of(new Invariant("a", true), new Invariant("b", false)))),
                new Chapter("no invariants", r -> {}, r -> r.checked(List.of(new Invariant("c", false)))));
    }

    private static WorkloadReport work(long failed) {
        return new WorkloadReport(2, 100, failed, 3, 1, 2, 3);
    }

    /** The whole story, with one chapter broken. */
    private static DemoReport told(String broken) {
        var report = new DemoReport();
        chapters()
                .forEach(chapter -> (chapter.name().equals(broken) ? chapter.broken() : chapter.kept()).accept(report));
        return report;
    }

    @Test
    void aStoryThatKeptAllItsPromisesIsOk() {
        assertThat(told("nothing").broken()).isEmpty();
        assertThat(told("nothing").toMap()).containsEntry("ok", true);
    }

    @ParameterizedTest
    @MethodSource("chapters")
    void aBrokenPromiseOrAChapterThatIsMissingIsNotOk(Chapter chapter) {
        assertThat(told(chapter.name()).toMap()).containsEntry("ok", false);
    }
}
