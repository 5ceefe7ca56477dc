package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables, indexes and constraints that are made, renamed and dropped while both versions are used. */
@ExtendWith(Servers.class)
class TablesAndConstraintsTest {
    private static final String TABLES = """
            CREATE TABLE units (id int PRIMARY KEY, name text, code text, CONSTRAINT units_name_check CHECK (name <> ''));
            CREATE TABLE people (id int PRIMARY KEY, unit int, name text, mail text, CONSTRAINT mail_once UNIQUE (mail),
              born date);
            CREATE INDEX people_name ON people (name);
            CREATE TABLE loose (a int NOT NULL, b text NOT NULL, CONSTRAINT loose_once UNIQUE (a, b));
            CREATE TABLE former (id int);
            INSERT INTO units SELECT i, 'u' || i, 'c' || i FROM generate_series(1, 10) i;
            INSERT INTO people SELECT i, 1 + i % 12, 'n' || i % 90, CASE WHEN i % 3 > 0 THEN 'm' || i END FROM generate_series(1, 500) i;
            INSERT INTO loose SELECT i, 'b' FROM generate_series(1, 50) i;
            """;

    private static final String MIGRATION = """
            operations:
              - create_table:
                  name: notes
                  columns:
                    - {name: id, type: bigint, pk: true, generated: {identity: {user_specified_values: ALWAYS}}}
                    - {name: person, type: int, references: {name: notes_person, table: people, column: id, on_delete: CASCADE}}
                    - {name: text, type: text, default: "'none'", check: {name: notes_text, constraint: "length(text) < 9"}}
                    - {name: about, type: int, nullable: true, comment: which}
                  constraints:
                    - {name: notes_once, type: unique, columns: [person, text], deferrable: true}
                    - {name: notes_about, type: foreign_key, columns: [about], references: {table: units, columns: [id]}}
                  comment: what is said
              - create_index: {name: notes_text_idx, table: notes, columns: [text], predicate: "about IS NULL"}
              - create_index:
                  name: people_born
                  table: people
                  columns: [{column: born, sort: DESC, nulls: LAST}, {column: name, collate: '"C"'}]
                  predicate: "name <> 'n1'"
                  storage_parameters: fillfactor=80
              - create_constraint:
                  name: people_unit
                  table: people
                  type: foreign_key
                  columns: [unit]
                  references: {table: units, columns: [id], on_delete: SET NULL}
                  up: {unit: "(SELECT u.id FROM units u WHERE u.id = people.unit)"}
                  down: {unit: unit}
              - create_constraint: {name: units_code, table: units, type: unique, columns: [code, name],
                                    up: {code: code, name: "name"}, down: {code: code, name: name}}
              - create_constraint: {name: units_code_check, table: units, type: check, columns: [code], check: "code <> 'x'",
                                    up: {code: "coalesce(code, 'none')"}, down: {code: "nullif(code, 'none')"}}
              - drop_constraint: {table: people, name: mail_once, up: "coalesce(mail, 'nobody')", down: "nullif(mail, 'nobody')"}
              - create_constraint: {name: loose_key, table: loose, type: primary_key, columns: [a, b],
                                    up: {a: a, b: b}, down: {a: a, b: b}}
              - drop_multicolumn_constraint: {table: loose, name: loose_once, down: {a: a, b: b}}
              - rename_constraint: {table: units, from: units_name_check, to: units_named}
              - drop_index: {name: people_name}
              - drop_table: {name: former}
              - rename_table: {from: people, to: persons}
              - set_replica_identity: {table: units, identity: {type: full}}
            """;

    private static final String BLUNT = """
            CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int NOT NULL,
              text text NOT NULL DEFAULT 'none' CONSTRAINT notes_text CHECK (length(text) < 9), about int,
              CONSTRAINT notes_once UNIQUE (person, text) DEFERRABLE);
            COMMENT ON TABLE notes IS 'what is said'; COMMENT ON COLUMN notes.about IS 'which';
            ALTER TABLE notes ADD CONSTRAINT notes_person FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE,
              ADD CONSTRAINT notes_about FOREIGN KEY (about) REFERENCES units (id);
            CREATE INDEX notes_text_idx ON notes (text) WHERE about IS NULL;
            CREATE INDEX people_born ON people (born DESC NULLS LAST, name COLLATE "C") WITH (fillfactor=80) WHERE name <> 'n1';
            UPDATE people p SET unit = (SELECT u.id FROM units u WHERE u.id = p.unit);
            ALTER TABLE people ADD CONSTRAINT people_unit FOREIGN KEY (unit) REFERENCES units (id) ON DELETE SET NULL;
            ALTER TABLE units ADD CONSTRAINT units_code UNIQUE (code, name);
            ALTER TABLE units ADD CONSTRAINT units_code_check CHECK (code <> 'x');
            ALTER TABLE people DROP CONSTRAINT mail_once; UPDATE people SET mail = coalesce(mail, 'nobody');
            ALTER TABLE loose DROP CONSTRAINT loose_once; ALTER TABLE loose ADD CONSTRAINT loose_key PRIMARY KEY (a, b);
            ALTER TABLE units RENAME CONSTRAINT units_name_check TO units_named;
            DROP INDEX people_name; DROP TABLE former; ALTER TABLE people RENAME TO persons;
            ALTER TABLE units REPLICA IDENTITY FULL""";

    private final Pair pair;
    private final SchemaChange change;

    TablesAndConstraintsTest(Pair pair) {
        this.pair = pair.source(TABLES);
        this.change = Reach.change(pair.source(), "02_more", MIGRATION);
    }

    private List<String> read(String sql) {
        return Reach.rows(pair.atSource(), sql);
    }

    @Test
    void bothVersionsWorkAndTheEndIsThatOfTheBluntChange() {
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");

        pair.source("INSERT INTO public.people (id, unit, name) VALUES (901, 12, 'old'), (902, 3, 'old');"
                + " INSERT INTO public_02_more.persons (id, unit, name, mail) VALUES (903, 4, 'new', 'm903'), (904, NULL, 'new', 'nobody');"
                + " INSERT INTO public_02_more.notes (person, text) VALUES (903, 'said'); DELETE FROM public.people WHERE id = 7;"
                + " INSERT INTO public.former VALUES (1)");
        assertThat(read("SELECT concat_ws('|', id, unit, mail) FROM public_02_more.persons WHERE id > 900 ORDER BY id"))
                .containsExactly("901|nobody", "902|3|nobody", "903|4|m903", "904|nobody");
        assertThat(
                        read(
                                "SELECT concat_ws('|', id, unit, mail) FROM public.people WHERE id IN (901, 902, 904) ORDER BY id"))
                .containsExactly("901|12", "902|3", "904");
        assertThat(read("SELECT count(*)::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                        + " WHERE nspname = 'public_02_more' AND relname IN ('people', 'former')"))
                .containsExactly("0");
        assertThatThrownBy(() -> pair.source("INSERT INTO public_02_more.persons (id, unit) VALUES (905, 77)"))
                .hasMessageContaining("23503");
        assertThat(change.verify()).containsEntry("differences", 0L);
        pair.source("DELETE FROM public.people WHERE id > 900; TRUNCATE public.notes");

        assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");

        Reach.assertSame(
                pair,
                TABLES + "DELETE FROM people WHERE id = 7",
                BLUNT,
                "SELECT t::text FROM (SELECT id, unit, name, mail FROM public.persons) t ORDER BY id");
    }

    @Test
    void aRollbackLeavesNothing() {
        var shape = Reach.shape(pair.atSource());
        change.start(Stopping.never());

        assertThat(change.rollback()).containsEntry("state", "rolled back");

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
    }

    /** What statements made is in the new version, and down takes it back. */
    @Test
    void statementsOfPeoplesOwnAreRunInATransaction() {
        var shape = Reach.shape(pair.atSource());
        var own = Reach.change(pair.source(), "02_own", """
                operations:
                  - sql: {up: "CREATE TABLE made (id int PRIMARY KEY); ALTER TABLE units ADD size int", down: "DROP TABLE made; ALTER TABLE units DROP size"}
                  - sql: {up: "INSERT INTO made VALUES (1)"}
                  - sql: {up: "INSERT INTO made VALUES (2)", onComplete: true}
                """);
        own.start(Stopping.never());
        assertThat(
                        read(
                                "SELECT (SELECT count(*) FROM public_02_own.made) || ' ' || count(size) FROM public_02_own.units"))
                .containsExactly("1 0");

        own.rollback();

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        own.start(Stopping.never());
        own.complete(Duration.ofMillis(50));
        assertThat(read("SELECT id::text FROM public_02_own.made ORDER BY id")).containsExactly("1", "2");
    }

    /** Whoever may use new tables by default may use their views too. */
    @Test
    void aNewTablesViewHasItsDefaultPrivileges() {
        pair.role("reads_new", "");
        pair.source("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO reads_new");

        change.start(Stopping.never());

        assertThat(read("SELECT concat_ws(' ', has_table_privilege('reads_new', 'public_02_more.notes', 'SELECT'),"
                        + " has_table_privilege('reads_new', 'public_02_more.notes', 'INSERT'),"
                        + " has_table_privilege('reads_new', 'public_02_more.notes', 'DELETE'))"))
                .containsExactly("t t f");
    }

    @Test
    void statementsThatNothingUndoesAreAFinding() {
        var findings = Reach.change(pair.source(), "02_own", "operations:\n  - sql: {up: \"SELECT 1\"}\n")
                .plan()
                .findings();

        assertThat(findings).extracting(finding -> finding.code()).containsExactly("no-forecast", "sql-without-down");
    }

    @Test
    void statementsAtTheStartStandAlone() {
        Reach.assertRefused(
                pair, "operations:\n  - sql: {up: \"SELECT 1\"}\n  - drop_table: {name: former}\n", "sql-not-alone");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            create_table: {name: units, columns: [{name: id, type: int}]}                                        | name-taken
            create_table: {name: t, columns: [{name: id, type: int, check: {name: c, constraint: "ix > 1"}}]}    | definition-invalid
            create_table: {name: t, columns: [{name: id, type: "int); DROP TABLE former; CREATE TABLE x (y int"}]} | definition-invalid
            create_index: {name: people_name, table: people, columns: [name]}                                    | name-taken
            create_index: {name: i, table: people, columns: [nam]}                                               | column-unknown
            create_index: {name: i, table: people, columns: [name], predicate: "nam = 'x'"}                      | expression-invalid
            drop_index: {name: nobodys}                                                                          | no-such-index
            drop_index: {name: mail_once}                                                                        | index-of-constraint
            drop_table: {name: seen}                                                                             | not-carried
            drop_table: {name: held}                                                                             | table-referenced
            rename_table: {from: people, to: units}                                                              | name-taken
            rename_constraint: {table: people, from: nobodys, to: x}                                             | no-such-constraint
            rename_constraint: {table: people, from: mail_once, to: people_pkey}                                 | name-taken
            drop_constraint: {table: loose, name: loose_once, down: a}                                           | constraint-of-columns
            create_constraint: {name: k, table: people, type: primary_key, columns: [id], up: {id: id}, down: {id: id}} | name-taken
            create_index: {name: i, table: parts, columns: [id]}                                                 | table-not-changeable
            sql: {up: "SELECT nothing"}                                                                          | database-error
            """)
    void whatCannotBeDoneIsRefusedBeforeAnythingIsDone(String operation, String code) {
        pair.source(
                "CREATE TABLE seen (id int); CREATE VIEW sees AS SELECT id FROM seen; CREATE TABLE held (id int PRIMARY KEY);"
                        + " CREATE TABLE holds (id int REFERENCES held); CREATE TABLE parts (id int) PARTITION BY LIST (id)");
        Reach.assertRefused(pair, "operations:\n  - " + operation.strip() + "\n", code);
    }
}
