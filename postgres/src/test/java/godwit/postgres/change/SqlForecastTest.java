package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.plan.Lock;
import godwit.change.plan.Step;
import godwit.file.MigrationFile;
import godwit.postgres.Database;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.run.RealPace;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements of people's own are tried on a shadow of the database before they are run, and stand beside operations. */
@ExtendWith(Servers.class)
class SqlForecastTest {
    private static final String TABLES = """
            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE TABLE units (id int PRIMARY KEY, name text NOT NULL);
            CREATE TABLE people (id int PRIMARY KEY, unit int REFERENCES units, feels mood, name text);
            CREATE VIEW named AS SELECT id, name FROM people;
            CREATE FUNCTION short(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left($1, 3)';
            CREATE INDEX people_short ON people (short(name));
            GRANT SELECT ON units TO pg_monitor;
            INSERT INTO units SELECT i, 'u' || i FROM generate_series(1, 10) i;
            INSERT INTO people SELECT i, 1 + i % 10, 'good', 'n' || i FROM generate_series(1, 200) i;
            """;

    private final Pair pair;

    SqlForecastTest(Pair pair) {
        this.pair = pair.source(TABLES);
    }

    /** A database of its own on the same server. */
    private final class Beside implements ShadowServers.Shadow {
        private final String name = pair.name() + "shadow";
        private final Database database;

        Beside() {
            pair.source("CREATE DATABASE " + new Identifier(name).sql());
            this.database = Pair.at(pair.sourceServer().url(name));
        }

        @Override
        public Database database() {
            return database;
        }

        @Override
        public void close() {
            database.close();
            pair.source("DROP DATABASE " + new Identifier(name).sql());
        }
    }

    private SchemaChange change(String operations) {
        var text = "operations:\n" + operations.indent(2);
        return new SchemaChange(
                pair.source(),
                MigrationFile.parse(text, Path.of("02_own.yaml")),
                new MigrationText("02_own.yaml", text),
                List.of(),
                new Identifier("public"),
                ChangeConduct.of("test", new RealPace()).with(major -> Optional.of(new Beside())));
    }

    @Test
    void thePlanSaysWhatStatementsLockWriteAnewAndChange() {
        var plan = change("""
                - sql: {up: "DROP VIEW named; ALTER TABLE people ALTER id TYPE bigint; CREATE TABLE made (id int)", down: "SELECT 1"}
                """).plan();

        assertThat(plan.start())
                .filteredOn(Step.Statements.class::isInstance)
                .singleElement()
                .satisfies(step -> {
                    var forecast = ((Step.Statements) step).forecast();
                    assertThat(step.rewrites()).isTrue();
                    assertThat(step.lock()).isEqualTo(Lock.ACCESS_EXCLUSIVE);
                    assertThat(forecast.rewritten()).containsExactly(TableName.of("public", "people"));
                    assertThat(forecast.locked()).contains(TableName.of("public", "people"));
                    assertThat(forecast.changes())
                            .contains("- view public.named", "~ table public.people", "+ table public.made");
                });
        assertThat(plan.findings()).extracting(finding -> finding.code()).containsExactly("sql-rewrites");
    }

    /** Each works on what those before it leave, statements among them. */
    @Test
    void statementsStandBesideOperations() {
        var shape = Reach.shape(pair.atSource());
        var change = change("""
                - create_table: {name: kinds, columns: [{name: id, type: int, pk: true}, {name: word, type: text}]}
                - sql: {up: "INSERT INTO kinds VALUES (1, 'one'), (2, 'two'); ALTER TABLE kinds ADD extra int; ALTER TABLE units ADD size text DEFAULT '7'",
                        down: "ALTER TABLE units DROP size"}
                - rename_column: {table: kinds, from: extra, to: more}
                - alter_column: {table: units, column: size, type: int, default: "7", up: "size::int", down: "size::text"}
                - sql: {up: "CREATE TABLE logs (id int PRIMARY KEY, note text)", down: "DROP TABLE logs"}
                - create_index: {name: logs_note, table: logs, columns: [note]}
                - add_column: {table: logs, column: {name: kind, type: int, nullable: true, references: {name: logs_kind, table: kinds, column: id}}}
                """);
        change.start(Stopping.never());
        pair.source(
                "INSERT INTO public_02_own.units (id, name, size) VALUES (11, 'eleven', 70); INSERT INTO public_02_own.logs VALUES (1, 'n', 2)");
        assertThat(Reach.rows(pair.atSource(), "SELECT size FROM public.units WHERE id = 11"))
                .containsExactly("70");

        pair.source("DELETE FROM public_02_own.units WHERE id = 11; DELETE FROM public_02_own.logs");
        change.rollback();

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        change.start(Stopping.never());
        assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");
        Reach.assertSame(pair, TABLES, """
                CREATE TABLE kinds (id int PRIMARY KEY, word text NOT NULL, more int); INSERT INTO kinds VALUES (1, 'one'), (2, 'two');
                ALTER TABLE units ADD size int DEFAULT 7;
                CREATE TABLE logs (id int PRIMARY KEY, note text, kind int CONSTRAINT logs_kind REFERENCES kinds);
                CREATE INDEX logs_note ON logs (note)""", "SELECT u::text FROM public.units u ORDER BY id");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            - sql: {up: "SELECT nothing"}                                                     | sql-invalid
            - sql: {up: "CREATE INDEX CONCURRENTLY i ON people (name)"}                       | sql-invalid
            - sql: {up: "ALTER TABLE nobodys ADD x int"}                                      | sql-invalid
            """)
    void whatTheServerCannotRunIsRefusedBeforeAnythingIsDone(String operation, String code) {
        var shape = Reach.shape(pair.atSource());
        var wrong = change(operation);

        Reach.assertRefused(code, () -> wrong.start(Stopping.never()));

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
    }

    @Test
    void statementsDoNotChangeWhatAnOperationBeforeThemChanges() {
        var change = change("""
                - add_column: {table: people, column: {name: born, type: date, nullable: true}}
                - sql: {up: "ALTER TABLE people ADD died date"}
                """);

        Reach.assertRefused("sql-after-operation", change::plan);
    }

    /** Statements that need rows fail on a shadow; that says nothing of them. */
    @Test
    void whatDependsOnRowsHasNoForecast() {
        var findings = change("""
                - sql: {up: "DO $$ BEGIN IF NOT EXISTS (SELECT FROM people) THEN RAISE 'nobody'; END IF; END $$", down: "SELECT 1"}
                """).plan().findings();

        assertThat(findings).extracting(finding -> finding.code()).containsExactly("no-forecast", "not-tried");
    }

    /** A view that cannot be made over the new type would fail when both versions are in use; so it is tried before. */
    @Test
    void aChangeWhoseEndWouldFailIsRefusedBeforeAnythingIsDone() {
        pair.source("DROP INDEX people_short; CREATE VIEW loud AS SELECT id, upper(people.name) AS name FROM people");
        var shape = Reach.shape(pair.atSource());
        var change = change("""
                - alter_column: {table: people, column: name, type: int, up: "length(name)", down: "name::text"}
                """);

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(change::plan)
                .satisfies(e -> assertThat(e.problem().message()).contains("contract"));
        Reach.assertRefused("change-would-fail", () -> change.start(Stopping.never()));

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
    }

    /** The shadow is used as the role that the database is used as, with what that may do. */
    @Test
    void whoOwnsTheDatabaseTriesItAsItself() {
        pair.role("change_owner", "LOGIN");
        pair.source("ALTER DATABASE " + new Identifier(pair.name()).sql() + " OWNER TO change_owner;"
                + " ALTER TABLE units OWNER TO change_owner; ALTER TABLE people OWNER TO change_owner");
        var own = Reach.as(pair, "change_owner");
        try (var session = Pair.application(own)) {
            session.execute("CREATE TABLE mine (id int PRIMARY KEY, t text); INSERT INTO mine VALUES (1, '7')");
        }
        var text = """
                operations:
                  - sql: {up: "CREATE TABLE made (id int)", down: "DROP TABLE made"}
                  - alter_column: {table: mine, column: t, type: int, up: "t::int", down: "t::text"}
                """;
        var change = new SchemaChange(
                own,
                MigrationFile.parse(text, Path.of("02_own.yaml")),
                new MigrationText("02_own.yaml", text),
                List.of(),
                new Identifier("public"),
                ChangeConduct.of("test", new RealPace()).with(major -> Optional.of(new Beside())));

        assertThat(change.plan().findings()).isEmpty();
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
        assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");
        own.close();
    }

    /** A server of our own that cannot start is no reason to refuse people's change. */
    @Test
    void whatIsWrongWithTheShadowIsAFinding() {
        var text = "operations:\n  - rename_column: {table: units, from: name, to: title}\n";
        var change = new SchemaChange(
                pair.source(),
                MigrationFile.parse(text, Path.of("02_own.yaml")),
                new MigrationText("02_own.yaml", text),
                List.of(),
                new Identifier("public"),
                ChangeConduct.of("test", new RealPace()).with(major -> {
                    throw Problem.of("embedded-failed", "no room", "").asException();
                }));

        assertThat(change.plan().findings())
                .extracting(finding -> finding.code())
                .containsExactly("not-tried");
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
    }
}
