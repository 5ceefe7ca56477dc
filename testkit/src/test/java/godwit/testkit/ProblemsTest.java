package godwit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What scripts rely on: the codes in docs/reference/problems.md are those that the sources have, each once. */
class ProblemsTest {
    private static final Pattern DOCUMENTED = Pattern.compile("`([a-z0-9-]+)`");
    private static final Pattern LITERAL = Pattern.compile("\"([a-z][a-z0-9]*(?:-[a-z0-9]+)*-?)\"");
    private static final List<String> MODULES = List.of("core", "postgres", "cli", "demo", "embedded");

    /** Names of threads and folders, and words of PostgreSQL's. */
    private static final Set<String> NO_PROBLEMS = Set.of(
            "demo-timeline", "demo-worker", "embedded-postgres-stop", "godwit-beside", "verify-ca", "verify-full");

    /** These are put together from this and what is different. */
    private static final String COMPOSED = "shape-";

    private final Repository repository = Repository.here();

    private List<String> documented() {
        return Repository.read(repository.root().resolve("docs/reference/problems.md"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .flatMap(ProblemsTest::codes)
                .toList();
    }

    private static Stream<String> codes(String cell) {
        return DOCUMENTED.matcher(cell).results().map(code -> code.group(1));
    }

    private Set<String> literals() {
        return MODULES.stream()
                .flatMap(module -> repository.java(module).stream())
                .map(Repository::read)
                .flatMap(source -> LITERAL.matcher(source).results().map(found -> found.group(1)))
                .collect(Collectors.toSet());
    }

    @Test
    void noCodeHasTwoMeanings() {
        assertThat(documented()).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    }

    @Test
    void eachDocumentedCodeIsOneOfTheSources() {
        var literals = literals();
        assertThat(documented())
                .allMatch(
                        code -> literals.contains(code) || (code.startsWith(COMPOSED) && literals.contains(COMPOSED)));
    }

    @Test
    void eachCodeOfTheSourcesIsDocumented() {
        assertThat(literals())
                .filteredOn(literal -> literal.contains("-") && !literal.endsWith("-"))
                .filteredOn(literal -> !NO_PROBLEMS.contains(literal))
                .isSubsetOf(documented());
    }
}
