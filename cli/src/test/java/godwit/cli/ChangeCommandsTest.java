package godwit.cli;

import static godwit.cli.Ran.godwit;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of a schema by the commands that people use. */
class ChangeCommandsTest {
    private final EmbeddedPostgres server =
            EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeEach
    void write() throws IOException, SQLException {
        Files.writeString(folder.resolve("db"), server.url("postgres"));
        Files.createDirectory(folder.resolve("migrations"));
        Files.writeString(file(), """
                operations:
                  - alter_column: {table: notes, column: id, type: bigint, up: id, down: id}
                  - create_index: {name: notes_text, table: notes, columns: [text]}
                """);
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE notes (id serial PRIMARY KEY, text text); INSERT INTO notes (text) VALUES ('a')");
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Path file() {
        return folder.resolve("migrations").resolve("02_wide.yaml");
    }

    private Ran change(String verb, String... options) {
        var all = new ArrayList<>(List.of(verb, file().toString(), "--database", "file:" + folder.resolve("db")));
        all.addAll(List.of(options));
        return godwit(all.toArray(String[]::new));
    }

    private String text(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var result = connection.createStatement().executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    @Test
    void aChangeGoesThroughItsLife() throws SQLException {
        var baseline = List.of(
                "01_base", folder.resolve("migrations").toString(), "--database", "file:" + folder.resolve("db"));
        assertThat(godwit("baseline", baseline.get(0), baseline.get(1), baseline.get(2), baseline.get(3))
                        .status())
                .isZero();
        assertThat(godwit("baseline", baseline.get(0), baseline.get(1), baseline.get(2), baseline.get(3))
                        .problem())
                .isEqualTo("baseline-exists");

        var plan = change("plan");
        assertThat(plan.status()).isZero();
        assertThat((List<?>) plan.at("steps"))
                .hasSizeGreaterThan(5)
                .allSatisfy(step -> assertThat(((Map<?, ?>) step).keySet().toString())
                        .contains("sql", "lock", "blocks", "scan", "rewrite", "estimateSeconds"));
        assertThat(change("start").at("state")).isEqualTo("ready");
        assertThat(change("status").at("state")).isEqualTo("ready");
        assertThat(change("verify").at("differences")).isEqualTo(0);
        assertThat(change("plan").status()).isZero();
        assertThat(change("switch").at("state")).isEqualTo("switched");
        assertThat(text("INSERT INTO notes (text) VALUES ('b') RETURNING pg_typeof(id)"))
                .isEqualTo("bigint");
        assertThat(change("switch", "--back").at("state")).isEqualTo("ready");
        assertThat(change("complete", "--unused-for", "100ms").at("state")).isEqualTo("completed");

        assertThat(text("INSERT INTO notes (id, text) VALUES (3000000000, 'c') RETURNING id"))
                .isEqualTo("3000000000");
        assertThat(
                        text(
                                "SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'notes'"))
                .isEqualTo("notes_pkey,notes_text");
    }

    private Ran folder(String verb, String... options) {
        var all = new ArrayList<>(
                List.of(verb, folder.resolve("migrations").toString(), "--database", "file:" + folder.resolve("db")));
        all.addAll(List.of(options));
        return godwit(all.toArray(String[]::new));
    }

    private void add(String name, String operation) throws IOException {
        Files.writeString(folder.resolve("migrations").resolve(name), "operations:\n  - " + operation + "\n");
    }

    @Test
    void aFolderIsOneChangeWithOneVersion() throws IOException, SQLException {
        add("03_more.yaml", "rename_column: {table: notes, from: text, to: body}");
        add("04_most.yaml", "alter_column: {table: notes, column: body, nullable: false, up: \"coalesce(body, '')\"}");

        assertThat(folder("migrate").status()).isZero();
        assertThat(text("SELECT string_agg(nspname, ',') FROM pg_namespace WHERE nspname ~ '^public_'"))
                .isEqualTo("public_04_most");
        assertThat(text("INSERT INTO public_04_most.notes (body) VALUES ('x') RETURNING id || body"))
                .isEqualTo("2x");
        assertThat(folder("status").at("state")).isEqualTo("ready");
        assertThat(folder("complete", "--unused-for", "100ms").at("state")).isEqualTo("completed");

        assertThat(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'notes_text'"))
                .endsWith("(body)");
        assertThat(folder("status").problem()).isEqualTo("nothing-pending");
        assertThat(folder("migrate").at("changes")).isEqualTo(List.of());
        add("01_late.yaml", "drop_column: {table: notes, column: body}");
        assertThat(folder("migrate").problem()).isEqualTo("migration-out-of-order");
    }

    @Test
    void orEachOfItIsCompleteBeforeTheNextBegins() throws IOException, SQLException {
        add("03_more.yaml", "rename_column: {table: notes, from: text, to: body}");
        add("04_most.yaml", "drop_index: {name: notes_text}");

        assertThat((List<?>) folder("migrate", "--one-by-one").at("changes")).hasSize(3);
        assertThat(
                        text(
                                "SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_schema = 'public'"))
                .contains("body");
        assertThat(text("SELECT count(*) FROM pg_indexes WHERE indexname = 'notes_text'"))
                .isEqualTo("1");
        assertThat(folder("migrate", "--one-by-one", "--complete").status()).isZero();

        assertThat(text("SELECT count(*) FROM pg_indexes WHERE indexname = 'notes_text'"))
                .isEqualTo("0");
    }

    /** On a server that is started for it and gone afterwards. */
    @Test
    void aPlanForecastsWhatStatementsDo() throws IOException {
        Files.writeString(file(), """
                operations:
                  - sql: {up: "ALTER TABLE notes ALTER id TYPE bigint; CREATE TABLE made (id int)", down: "SELECT 1"}
                  - alter_column: {table: notes, column: text, nullable: false, up: "coalesce(text, '')"}
                """);

        var plan = change("plan");

        assertThat(plan.status()).isZero();
        assertThat((List<?>) plan.at("steps"))
                .first()
                .satisfies(step -> assertThat(String.valueOf(step))
                        .contains(
                                "rewrite=true",
                                "lock=access exclusive",
                                "rewrites=[public.notes]",
                                "+ table public.made"));
        assertThat(change("start").at("state")).isEqualTo("ready");
    }

    /** The files come back as they were, and what is in their place already is not written over. */
    @Test
    void aHistoryComesBackAsFiles() throws IOException {
        var database = "file:" + folder.resolve("db");
        assertThat(godwit("pull", folder.toString(), "--database", database).problem())
                .isEqualTo("no-history");
        godwit("baseline", "01_base", folder.resolve("migrations").toString(), "--database", database);
        add("03_more.yaml", "rename_column: {table: notes, from: text, to: body}");
        folder("migrate", "--complete");
        var pulled = Files.createDirectory(folder.resolve("pulled"));

        assertThat(godwit("pull", pulled.toString(), "--database", database).at("written"))
                .isEqualTo(List.of("01_base.json", "02_wide.yaml", "03_more.yaml"));

        for (var name : List.of("01_base.json", "02_wide.yaml", "03_more.yaml")) {
            assertThat(pulled.resolve(name))
                    .hasSameTextualContentAs(folder.resolve("migrations").resolve(name));
        }
        Files.delete(pulled.resolve("01_base.json"));
        Files.writeString(pulled.resolve("03_more.yaml"), "operations: []");
        assertThat(godwit("pull", pulled.toString(), "--database", database).problem())
                .isEqualTo("file-differs");
        assertThat(pulled.resolve("01_base.json")).doesNotExist();
    }

    @Test
    void wrongUsageIsFoundWithoutADatabase() {
        server.close();

        assertWrong(change("complete", "--unused-for", "soon"), "duration-unreadable");
        assertWrong(change("repair"), "verb-for-moves");
        assertWrong(change("start", "--workers", "0"), "setting-out-of-range");
        assertWrong(godwit("plan", file().toString()), "database-not-named");
        assertWrong(godwit("plan", file().toString(), "--nonsense"), "wrong-usage");
        assertThat(godwit("swithc", "people.yaml").text())
                .contains("There is no command swithc.", "Is godwit switch meant? ");
        assertWrong(godwit("migrate", "nowhere", "--database", "env:HOME"), "folder-missing");
    }

    private static void assertWrong(Ran ran, String code) {
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.problem()).isEqualTo(code);
    }
}
