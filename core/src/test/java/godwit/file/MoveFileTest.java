package godwit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.move.Conduct;
import godwit.move.HealthCheck;
import godwit.move.LiveSetting;
import godwit.move.UrlReference;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MoveFileTest {
    private static final String LEAST = """
            kind: move
            name: people
            source: env:SOURCE_URL
            target: file:/run/secrets/target
            """;

    @Test
    void theLeastFileNamesTwoDatabases() {
        var spec = MoveFile.parse(LEAST);

        assertThat(spec.name()).isEqualTo("people");
        assertThat(spec.source()).isEqualTo(new UrlReference.Environment("SOURCE_URL"));
        assertThat(spec.target()).isEqualTo(new UrlReference.InFile("/run/secrets/target"));
        assertThat(spec.tables().takes(List.of(TableName.of("public", "anything"))))
                .isTrue();
    }

    @Test
    void jsonIsReadAsYamlIs() {
        var spec = MoveFile.parse(
                "{\"kind\":\"move\",\"name\":\"a\",\"source\":\"env:A\",\"target\":\"env:B\",\"exclude\":[\"x\"]}");

        assertThat(spec.tables().takes(List.of(TableName.of("public", "x")))).isFalse();
    }

    @Test
    void whatStaysBehindIsAListOfTexts() {
        var spec = MoveFile.parse(LEAST + "leave: [\"cast from integer to text\", view public.v]\n");

        assertThat(spec.conduct().leave()).containsExactly("cast from integer to text", "view public.v");
        refuses(LEAST + "leave: view public.v\n", "wrong-type", "leave");
    }

    @Test
    void healthChecksAreQueriesOrCommands() {
        var checks = MoveFile.parse(LEAST + """
                        health:
                        - {sql: SELECT true, secondsBetween: 7, failuresMax: 2, secondsMax: 9}
                        - {command: [./check.sh, now]}
                        """).switching().watching().health();

        assertThat(checks)
                .containsExactly(
                        new HealthCheck(new HealthCheck.Sql("SELECT true"), 7, 2, 9),
                        new HealthCheck(new HealthCheck.Command(List.of("./check.sh", "now")), 10, 3, 5));
        refuses(LEAST + "health: [{secondsMax: 3}]\n", "wrong-health-check", "health[0]");
        refuses(LEAST + "health: [{sql: a, command: [b]}]\n", "wrong-health-check", "health[0]");
        refuses(LEAST + "health: [{sql: a, colour: blue}]\n", "unknown-key", "health[0].colour");
    }

    @Test
    void anUnknownKeyIsRefusedByName() {
        refuses(LEAST + "colour: blue\n", "unknown-key", "colour");
        refuses(LEAST + "switch: {hooks: [a]}\n", "unknown-key", "switch.hooks");
    }

    @Test
    void aUrlInTheFileIsRefusedWithoutRepeatingIt() {
        var file = LEAST.replace("env:SOURCE_URL", "postgresql://me:secret@host/db");

        refuses(file, "secret-in-file", "source");
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> MoveFile.parse(file))
                .satisfies(e -> assertThat(e.problem().toString()).doesNotContain("secret@"));
    }

    @Test
    void aWrongTypeARepeatedKeyAndAValueOutOfRangeAreRefused() {
        refuses(LEAST + "exclude: public.a\n", "wrong-type", "exclude");
        refuses(LEAST + "name: again\n", "malformed-file");
        refuses(LEAST + "switch: {fenceSecondsMax: 0}\n", "value-out-of-range", "switch.fenceSecondsMax");
        refuses("kind: move\nname: a\nsource: env:A\n", "missing-key", "target");
    }

    @Test
    void anUnknownKindAndNamesThatAreNoneAreRefused() {
        refuses("kind: copy\n", "unknown-kind");
        refuses(LEAST.replace("name: people", "name: 'Our People'"), "wrong-name");
        for (var table : List.of("a.b.c", "\"a.b", "a..b")) {
            refuses(LEAST + "include: ['" + table + "']\n", "wrong-table-name", table);
        }
    }

    @Test
    void aTablesNameMayBeQuoted() {
        assertThat(MoveFile.table("\"Case Files\".\"Case\"")).isEqualTo(TableName.of("Case Files", "Case"));
        assertThat(MoveFile.table("\"a.b\".c")).isEqualTo(TableName.of("a.b", "c"));
        assertThat(MoveFile.table("persons")).isEqualTo(TableName.of("public", "persons"));
    }

    @Test
    void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() {
        var file = LEAST + "limits: {copyWorkers: 2, indexWorkers: 3}\nthrottle: {rowsPerSecond: 5}\n";
        var layers = new Layers(
                Map.of("copy-workers", "7"), Map.of("GODWIT_COPY_WORKERS", "6", "GODWIT_INDEX_WORKERS", "4"));

        var spec = MoveFile.parse(file, layers);

        assertThat(spec.limits().copyWorkers()).isEqualTo(7);
        assertThat(spec.conduct().tuning().of(LiveSetting.COPY_WORKERS)).isEqualTo(7);
        assertThat(spec.limits().indexWorkers()).isEqualTo(4);
        assertThat(layers.origins())
                .contains(
                        new Layers.Origin("limits.copyWorkers", "7", "command line"),
                        new Layers.Origin("limits.indexWorkers", "4", "environment GODWIT_INDEX_WORKERS"),
                        new Layers.Origin("throttle.rowsPerSecond", "5", "file"),
                        new Layers.Origin("switch.fenceSecondsMax", "5", "default"),
                        new Layers.Origin("mode", "live", "default"));
        assertThat(layers.unused()).isEmpty();
    }

    @Test
    void whatStandsAboveTheFileIsCheckedAsTheFileIs() {
        var wrong = new Layers(Map.of(), Map.of("GODWIT_COPY_WORKERS", "0"));

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> MoveFile.parse(LEAST, wrong))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo("value-out-of-range"));
    }

    @Test
    void whatTheCommandLineNamesAndNoFileCanHaveIsTold() {
        var layers = new Layers(Map.of("colour", "blue"), Map.of());
        MoveFile.parse(LEAST, layers);

        assertThat(layers.unused()).containsExactly("colour");
    }

    @Test
    void noTwoSettingsShareTheLastPartOfTheirNames() {
        assertThat(MoveFile.defaults())
                .extracting(origin -> origin.setting().replaceAll(".*\\.", ""))
                .doesNotHaveDuplicates();
    }

    @Test
    void aMoveMayBeLiveFullOrSyncAndIsOtherwiseRefused() {
        assertThat(MoveFile.parse(LEAST + "mode: full\nschema: use\ninsecure: true\n")
                        .conduct())
                .satisfies(conduct -> {
                    assertThat(conduct.mode()).isEqualTo(Conduct.Mode.FULL);
                    assertThat(conduct.schema()).isEqualTo(Conduct.SchemaOrigin.USE);
                    assertThat(conduct.transport()).isEqualTo(Conduct.Transport.INSECURE);
                });
        refuses(LEAST + "mode: some\n", "value-unknown", "mode");
        refuses(LEAST + "insecure: 'yes'\n", "wrong-type", "insecure");
    }

    private static void refuses(String file, String code, String... objects) {
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> MoveFile.parse(file))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo(code))
                .satisfies(e -> assertThat(e.problem().objects()).contains(objects));
    }

    @Test
    void wordsAndTruthsHaveTheSameLayersAsNumbers() {
        var layers = new Layers(
                Map.of("mode", "full", "large-objects", "leave"),
                Map.of("GODWIT_SCHEMA", "use", "GODWIT_INSECURE", "true", "GODWIT_MODE", "sync"));

        var conduct = MoveFile.parse(LEAST + "mode: live\n", layers).conduct();

        assertThat(conduct.mode()).isEqualTo(Conduct.Mode.FULL);
        assertThat(conduct.schema()).isEqualTo(Conduct.SchemaOrigin.USE);
        assertThat(conduct.largeObjects()).isEqualTo(Conduct.LargeObjectChoice.LEAVE);
        assertThat(conduct.transport()).isEqualTo(Conduct.Transport.INSECURE);
        assertThat(layers.unused()).isEmpty();
        assertThat(layers.origins())
                .contains(
                        new Layers.Origin("mode", "full", "command line"),
                        new Layers.Origin("schema", "use", "environment GODWIT_SCHEMA"),
                        new Layers.Origin("insecure", "true", "environment GODWIT_INSECURE"));
        assertThatThrownBy(() -> MoveFile.parse(LEAST, new Layers(Map.of(), Map.of("GODWIT_INSECURE", "yes"))))
                .hasMessageContaining("insecure (environment GODWIT_INSECURE)");
    }

    @Test
    void aVariableThatIsNoSettingIsRefusedWithTheOneThatWasMeant() {
        var misspelt = new Layers(Map.of(), Map.of("GODWIT_COPY_WORKER", "3"));
        var fine = new Layers(
                Map.of(),
                Map.of(
                        "GODWIT_STATE",
                        "x",
                        "GODWIT_NEW_URL",
                        "postgresql://x",
                        "GODWIT_PLACE",
                        "y",
                        "PATH",
                        "z",
                        "GODWIT_MODE",
                        "live"));

        assertThatThrownBy(() -> misspelt.requireKnownVariables(Set.of()))
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo("setting-unknown");
                    assertThat(e.problem().hint()).contains("GODWIT_COPY_WORKERS");
                });
        fine.requireKnownVariables(Set.of("GODWIT_PLACE"));
    }
}
