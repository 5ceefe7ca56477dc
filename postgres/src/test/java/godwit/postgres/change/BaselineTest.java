package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.file.MigrationFile;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.change.Pending.Part;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.run.RealPace;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database that pgroll has managed is taken over with what it has had. */
@ExtendWith(Servers.class)
class BaselineTest {
    /** As pgroll 0.16 leaves it: its table, and the last version's views. */
    private static final String TABLES = """
            CREATE SCHEMA pgroll;
            CREATE TABLE pgroll.migrations (schema name NOT NULL, name text NOT NULL, migration jsonb NOT NULL,
              created_at timestamp DEFAULT clock_timestamp(), updated_at timestamp DEFAULT clock_timestamp(), parent text,
              done boolean NOT NULL DEFAULT false, resulting_schema jsonb NOT NULL DEFAULT '{}',
              migration_type varchar(32) DEFAULT 'pgroll', PRIMARY KEY (schema, name));
            INSERT INTO pgroll.migrations (schema, name, migration, parent, done) VALUES
              ('public', '01_first', '{"operations": []}', NULL, true),
              ('public', '02_second', '{"version_schema": "second", "operations": []}', '01_first', true),
              ('other', '01_first', '{"operations": []}', NULL, false);
            CREATE TABLE notes (id int PRIMARY KEY, text text); INSERT INTO notes VALUES (1, 'a');
            CREATE SCHEMA public_second; CREATE VIEW public_second.notes AS SELECT id, text FROM notes""";

    private final Pair pair;
    private final Baseline baseline;

    BaselineTest(Pair pair) {
        this.pair = pair.source(TABLES);
        this.baseline = new Baseline(pair.source(), new Identifier("public"));
    }

    private static Part part(String name) {
        var text = "operations:\n  - rename_column: {table: notes, from: text, to: body}\n";
        return new Part(MigrationFile.parse(text, Path.of(name + ".yaml")), new MigrationText(name + ".yaml", text));
    }

    @Test
    void itsMigrationsAreDoneAndItsVersionGoesWithTheNextChange() {
        baseline.take("03_base");

        var pending = new Pending(
                        pair.source(),
                        List.of(part("01_first"), part("02_second"), part("03_base"), part("04_next")),
                        new Identifier("public"),
                        ChangeConduct.of("test", new RealPace()))
                .asOne();

        assertThat(pending).hasValueSatisfying(change -> {
            assertThat(change.name()).isEqualTo("04_next");
            change.start(Stopping.never());
            assertThat(versions()).containsExactly("public_04_next", "public_second");
            assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");
        });
        assertThat(versions()).containsExactly("public_04_next");
    }

    private List<String> versions() {
        return Reach.rows(
                pair.atSource(), "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'public\\_%' ORDER BY nspname");
    }

    @Test
    void whatItHasBegunIsForItToFinish() {
        pair.source("INSERT INTO pgroll.migrations (schema, name, migration) VALUES ('public', '03_third', '{}')");

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> baseline.take("04_base"))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo("pgroll-under-way"));
    }
}
