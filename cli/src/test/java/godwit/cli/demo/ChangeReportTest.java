package godwit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.demo.Invariant;
import godwit.demo.WorkloadReport;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChangeReportTest {
    /**
     * A chapter of the story.
     *
     * @param kept tells it as it should be
     * @param broken tells it so that its promise is broken, or leaves it out
     */
    record Chapter(String name, Consumer<ChangeReport> kept, Consumer<ChangeReport> broken) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Chapter> chapters() {
        return List.of(
                new Chapter("filled", r -> r.filled(9, 1), r -> {}),
                new Chapter("filled again", r -> r.filled(9, 1), r -> {}),
                new Chapter("verified", r -> r.verified("first", 9, 0), r -> r.verified("first", 9, 1)),
                new Chapter("verified again", r -> r.verified("then", 9, 0), r -> {}),
                new Chapter("verified at the end", r -> r.verified("last", 9, 0), r -> r.verified("last", 9, 2)),
                new Chapter("taken back", r -> r.rolledBack(299), r -> r.rolledBack(300)),
                new Chapter("not taken back", r -> r.rolledBack(1), r -> r.rolledBack(301)),
                new Chapter("worked", r -> r.worked(work(0, 1999)), r -> r.worked(work(1, 1))),
                new Chapter("waited", r -> r.worked(work(0, 1)), r -> r.worked(work(0, 2000))),
                new Chapter(
                        "invariant",
                        r -> r.checked(List.of(new Invariant("a", true))),
                        r -> r.checked(List.of(new Invariant("a", true), new Invariant("b", false)))));
    }

    private static WorkloadReport work(long failed, double maxMillis) {
        return new WorkloadReport(2, 100, failed, 3, 1, 2, maxMillis);
    }

    /** The whole story, with one chapter broken. */
    private static ChangeReport told(String broken) {
        var report = new ChangeReport();
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
