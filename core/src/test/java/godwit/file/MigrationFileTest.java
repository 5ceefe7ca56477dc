package godwit.file;

import static godwit.file.Reading.migration;
import static godwit.file.Reading.name;
import static godwit.file.Reading.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.change.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationFileTest {
    private static final String LEAST = "operations: [{drop_table: {name: a}}]\n";

    @Test
    void aMigrationGoesByTheNameOfItsFile() {
        var migration = migration(LEAST);

        assertThat(migration.name()).isEqualTo(name("02_reach"));
        assertThat(migration.version()).isEqualTo(name("02_reach"));
        for (var file : List.of("a.b.json", "a.b.yml", "a.b.yaml", "a.b")) {
            assertThat(MigrationFile.parse(LEAST, Path.of(file)).name()).isEqualTo(name("a.b"));
        }
    }

    @Test
    void theFileMayGiveAnotherNameAndAnotherVersion() {
        assertThat(migration("name: x\n" + LEAST).version()).isEqualTo(name("x"));
        assertThat(migration("version_schema: y\n" + LEAST))
                .isEqualTo(new godwit.change.Migration(
                        name("02_reach"), name("y"), List.of(new Operation.DropTable(name("a")))));
        assertThat(migration("name: x\nversion_schema: y\n" + LEAST).name()).isEqualTo(name("x"));
        assertThat(migration("name: ''\nversion_schema:\n" + LEAST)).isEqualTo(migration(LEAST));
    }

    @Test
    void operationsKeepTheirOrder() {
        assertThat(migration("operations:\n- drop_table: {name: b}\n- drop_index: {name: c}\n- drop_table: {name: a}\n")
                        .operations())
                .containsExactly(
                        new Operation.DropTable(name("b")),
                        new Operation.DropIndex(name("c")),
                        new Operation.DropTable(name("a")));
    }

    @Test
    void jsonSaysTheSameAsYaml() {
        var json = Trees.read(Reading.everyOperation()).toPrettyString();

        assertThat(migration(json)).isEqualTo(migration(Reading.everyOperation()));
        assertThat(migration(json.replace("  ", "\t").replace("\n", "\r\n")))
                .isEqualTo(migration(Reading.everyOperation()));
    }

    @Test
    void operationsGivenAsAMappingAreRefused() {
        var problem = problem("operations:\n  add_column: {table: persons, column: {name: x, type: int}}\n");

        assertThat(problem.code()).isEqualTo("wrong-type");
        assertThat(problem.objects()).containsExactly("operations");
        assertThat(problem.hint()).contains("an item of its own");
        assertThat(problem("operations: add_column\n").code()).isEqualTo("wrong-type");
    }

    @Test
    void aMigrationWithoutOperationsIsRefused() {
        assertThat(problem("operations: []\n").code()).isEqualTo("no-operations");
        assertThat(problem("operations:\n").code()).isEqualTo("missing-key");
        assertThat(problem("name: a\n").objects()).containsExactly("operations");
    }

    @Test
    void aFileThatIsEmptyOrNoMappingIsRefused() {
        for (var text : List.of("", "\n", "# nothing\n", "null", "[]", "- drop_table: {name: a}\n", "3", "text")) {
            assertThat(problem(text).code()).as(text).isEqualTo("wrong-type");
        }
    }

    @Test
    void whatIsNeitherYamlNorJsonIsRefusedWithItsPlace() {
        assertThat(problem("operations: [\n").message()).contains("line");
        assertThat(problem("{\"operations\": [}").code()).isEqualTo("malformed-file");
        assertThat(problem("{\"operations\": []} {}").code()).isEqualTo("malformed-file");
    }

    @Test
    void aRepeatedKeyIsRefusedWhereverItStands() {
        for (var text : List.of(
                LEAST + LEAST,
                "operations: [{drop_table: {name: a, name: b}}]\n",
                "operations: [{drop_table: {name: a}, drop_table: {name: b}}]\n",
                "{\"operations\": [{\"drop_table\": {\"name\": \"a\", \"name\": \"b\"}}]}")) {
            assertThat(problem(text).code()).as(text).isEqualTo("malformed-file");
        }
    }

    @Test
    void aSecondDocumentIsNotPassedOver() {
        assertThat(problem(LEAST + "---\n" + LEAST).code()).isEqualTo("malformed-file");
    }

    @Test
    void anAliasIsRefusedBecauseItWouldBeReadAsItsName() {
        var problem = problem("operations:\n- drop_table: &that {name: a}\n- drop_table: *that\n");

        assertThat(problem.code()).isEqualTo("alias-in-file");
        assertThat(problem.message()).contains("line 3");
    }

    @Test
    void anUnknownKeyIsRefusedWithTheOneThatWasMeant() {
        var problem = problem("operation: []\n" + LEAST);

        assertThat(problem.code()).isEqualTo("unknown-key");
        assertThat(problem.objects()).containsExactly("operation");
        assertThat(problem.hint()).startsWith("Did you mean operations? Known here are: name, operations,");
    }

    @Test
    void aNameThatTheServerWouldCutOffIsRefused() {
        var long63 = "ä".repeat(31) + "a";

        assertThat(migration("operations: [{drop_table: {name: " + long63 + "}}]\n")
                        .operations())
                .containsExactly(new Operation.DropTable(name(long63)));
        assertThat(problem("operations: [{drop_table: {name: a" + long63 + "}}]\n")
                        .code())
                .isEqualTo("name-too-long");
        assertThatThrownBy(() -> MigrationFile.parse(LEAST, Path.of("x".repeat(64) + ".yaml")))
                .hasMessageContaining("the file's name");
        assertThat(problem("version_schema: " + "x".repeat(64) + "\n" + LEAST).objects())
                .containsExactly("version_schema");
    }

    @Test
    void theFilesOfAFolderComeInTheOrderOfTheirNames(@TempDir Path folder) throws IOException {
        for (var name : List.of("10_c.yml", "02_b.json", "01_a.yaml", ".ledger", "README.md", "B.yaml")) {
            Files.writeString(folder.resolve(name), LEAST);
        }
        Files.createDirectories(folder.resolve("03_folder.yaml"));

        assertThat(MigrationFile.in(folder))
                .extracting(file -> file.getFileName().toString())
                .containsExactly("01_a.yaml", "02_b.json", "10_c.yml", "B.yaml");
    }

    @Test
    void aFolderWithoutMigrationsOrNoFolderIsRefused(@TempDir Path folder) {
        assertThatThrownBy(() -> MigrationFile.in(folder))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("no-migrations"));
        assertThatThrownBy(() -> MigrationFile.in(folder.resolve("nowhere")))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("file-unreadable"));
    }
}
