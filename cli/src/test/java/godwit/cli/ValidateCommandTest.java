package godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {
    private static final String REACH = """
            operations:
              - alter_column:
                  table: persons
                  column: phone
                  nullable: false
                  up: "COALESCE(phone, 'none')"
                  down: "NULLIF(phone, 'none')"
              - rename_column: {table: persons, from: note, to: remark}
              - drop_multicolumn_constraint: {table: persons, name: a, down: {b: b}}
            """;

    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aFileThatIsReadIsToldWithItsOperations() throws IOException {
        var file = file("02_reach.yaml", REACH);

        var ran = Ran.godwit("validate", file.toString());

        assertThat(ran.status()).isZero();
        assertThat(ran.json())
                .isEqualTo(Map.of(
                        "ok",
                        true,
                        "migrations",
                        List.of(Map.of(
                                "file",
                                file.toString(),
                                "name",
                                "02_reach",
                                "version",
                                "02_reach",
                                "operations",
                                List.of("alter_column", "rename_column", "drop_multicolumn_constraint")))));
        assertThat(ran.text()).contains("02_reach: 3 operations (alter_column, rename_column,");
    }

    @Test
    void whatIsWrongIsToldWithItsPlace() throws IOException {
        var mapping = file("mapping.yaml", "operations:\n  add_column: {table: a, column: {name: x, type: int}}\n");
        var typo = file("typo.yaml", REACH.replace("nullable", "nulable"));

        var ran = Ran.godwit("validate", typo.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.at("ok")).isEqualTo(false);
        assertThat(ran.problem()).isEqualTo("unknown-key");
        assertThat(ran.text())
                .contains(
                        "typo.yaml:", "operations[0].alter_column.nulable", "Did you mean nullable?", "[unknown-key]");
        assertThat(Ran.godwit("validate", mapping.toString()).status()).isEqualTo(2);
    }

    @Test
    void aFileThatIsNotThereIsToldAsOneThatIsWrong() {
        var ran = Ran.godwit("validate", folder.resolve("nowhere.yaml").toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.problem()).isEqualTo("file-unreadable");
        assertThat(Ran.godwit("validate").status()).isEqualTo(2);
    }

    @Test
    void aFolderIsReadInTheOrderOfItsNamesToTheEnd() throws IOException {
        file("10_last.json", "{\"operations\": [{\"drop_table\": {\"name\": \"a\"}}]}");
        file("02_reach.yml", REACH);
        file("01_wrong.yaml", "operations: []\n");
        file("README.md", "not a migration");

        var ran = Ran.godwit("validate", folder.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.problem()).isEqualTo("no-operations");
        assertThat(ran.at("migrations"))
                .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
                .extracting(migration -> migration.get("name"), migration -> migration.containsKey("problem"))
                .containsExactly(tuple(null, true), tuple("02_reach", false), tuple("10_last", false));
    }

    @Test
    void twoFilesOfAFolderAreNotTheSameMigration() throws IOException {
        file("02_reach.yaml", REACH);
        file("02_reach.json", "{\"operations\": [{\"drop_table\": {\"name\": \"a\"}}]}");

        var ran = Ran.godwit("validate", folder.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.problem()).isEqualTo("migration-twice");
    }

    @Test
    void aFolderWithoutMigrationsIsWrong() {
        assertThat(Ran.godwit("validate", folder.toString()).problem()).isEqualTo("no-migrations");
    }

    @Test
    void theSchemaOfEitherFileIsPrinted() {
        assertThat(Ran.godwit("schema").at("title")).isEqualTo("Godwit's move file");
        assertThat(Ran.godwit("schema", "move").at("title")).isEqualTo("Godwit's move file");
        assertThat(Ran.godwit("schema", "migration").at("title")).isEqualTo("Godwit's migration file");
        assertThat(Ran.godwit("schema", "flight").status()).isEqualTo(2);
    }
}
