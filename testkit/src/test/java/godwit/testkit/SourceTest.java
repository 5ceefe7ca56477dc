package godwit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SourceTest {
    private static final int LINES_MAX = 400;
    private static final Repository REPOSITORY = Repository.here();

    @Test
    void noFileIsLongerThanAPersonReadsAtOnce() {
        var tooLong = REPOSITORY.java().stream()
                .filter(file -> Repository.read(file).lines().count() > LINES_MAX)
                .toList();

        assertThat(tooLong).isEmpty();
    }

    @Test
    void nobodySleeps() {
        assertThat(linesWith(REPOSITORY.java(), "Thread\\s*\\.\\s*sleep|TimeUnit\\.\\w+\\.sleep"))
                .isEmpty();
    }

    @Test
    void noTypeIsNamedForItsShape() {
        var shapes =
                "\\b(class|interface|record|enum)\\s+((Base|Abstract)[A-Z]\\w*|\\w+(Utils?|Helpers?|Manager|Impl))\\b";

        assertThat(linesWith(REPOSITORY.java(), shapes)).isEmpty();
    }

    @Test
    void nothingIsLeftToDoInTheSources() {
        assertThat(linesWith(REPOSITORY.java(), "//.*\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b"))
                .isEmpty();
    }

    @Test
    void noTestIsSkipped() {
        assertThat(linesWith(REPOSITORY.java(), "@Dis" + "abled\\b")).isEmpty();
    }

    @Test
    void noFileNamesAFolderOfOneMachine() {
        assertThat(linesWith(REPOSITORY.texts(), "(?<![\\w.$}])/(root|work|home/\\w+|Users/\\w+)/"))
                .isEmpty();
    }

    @Test
    void noFileNamesARegistry() {
        var addresses = "https?://[^\\s\"<]*(regis" + "try|artifactory|nexus|mirror|repo1?\\.maven|npmjs)";

        assertThat(linesWith(REPOSITORY.texts(), addresses)).isEmpty();
    }

    private static List<String> linesWith(List<Path> files, String pattern) {
        return linesOf(files, Pattern.compile(pattern).asPredicate());
    }

    private static List<String> linesOf(List<Path> files, Predicate<String> wanted) {
        var found = new ArrayList<String>();
        for (var file : files) {
            var lines = Repository.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (wanted.test(lines.get(i))) {
                    found.add(
                            REPOSITORY.place(file, i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        return found;
    }
}
