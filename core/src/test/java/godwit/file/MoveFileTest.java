package godwit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.move.UrlReference;
import godwit.schema.TableName;
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
        assertThat(spec.tables().takes(TableName.of("public", "anything"))).isTrue();
    }

    @Test
    void jsonIsReadAsYamlIs() {
        var spec = MoveFile.parse(
                "{\"kind\":\"move\",\"name\":\"a\",\"source\":\"env:A\",\"target\":\"env:B\",\"exclude\":[\"x\"]}");

        assertThat(spec.tables().takes(TableName.of("public", "x"))).isFalse();
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
    void aTablesNameMayBeQuoted() {
        assertThat(MoveFile.table("\"Case Files\".\"Case\"")).isEqualTo(TableName.of("Case Files", "Case"));
        assertThat(MoveFile.table("\"a.b\".c")).isEqualTo(TableName.of("a.b", "c"));
        assertThat(MoveFile.table("persons")).isEqualTo(TableName.of("public", "persons"));
    }

    private static void refuses(String file, String code, String... objects) {
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> MoveFile.parse(file))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo(code))
                .satisfies(e -> assertThat(e.problem().objects()).contains(objects));
    }
}
