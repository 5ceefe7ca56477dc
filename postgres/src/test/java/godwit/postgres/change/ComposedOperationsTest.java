package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations of one migration that work on what others of it have made, renamed or dropped. */
@ExtendWith(Servers.class)
class ComposedOperationsTest {
    private static final String TABLES = """
            CREATE TABLE units (id int PRIMARY KEY, code text, CONSTRAINT units_code CHECK (code <> ''));
            CREATE TABLE people (id int PRIMARY KEY, unit int CONSTRAINT people_unit REFERENCES units, name text, size text);
            CREATE TABLE former (id int PRIMARY KEY); CREATE TABLE holds (id int PRIMARY KEY CONSTRAINT holds_former REFERENCES former);
            CREATE INDEX people_name ON people (name);
            CREATE VIEW named AS SELECT id, name FROM people;
            INSERT INTO units SELECT i, 'c' || i FROM generate_series(1, 10) i;
            INSERT INTO people SELECT i, 1 + i % 10, 'n' || i, i::text FROM generate_series(1, 300) i;
            """;

    private static final String MIGRATION = """
            operations:
              - create_table:
                  name: remarks
                  columns:
                    - {name: id, type: bigint, pk: true, generated: {identity: {user_specified_values: ALWAYS}}}
                    - {name: person, type: int, references: {name: remarks_person, table: people, column: id}}
                    - {name: words, type: text, nullable: true}
                    - {name: gone, type: int, nullable: true, references: {name: remarks_gone, table: units, column: id}}
                  constraints: [{name: remarks_once, type: unique, columns: [person, words]}]
              - create_table:
                  name: kinds
                  columns: [{name: id, type: smallint, pk: true}]
              - create_table: {name: brief, columns: [{name: id, type: int, references: {name: brief_kind, table: kinds, column: id}}]}
              - create_index: {name: brief_id, table: brief, columns: [id]}
              - add_column: {table: remarks, column: {name: kind, type: smallint}}
              - add_column: {table: remarks, column: {name: level, type: text, default: "'low'", comment: how, nullable: true}}
              - create_constraint: {name: remarks_kind, table: remarks, type: foreign_key, columns: [kind], up: {kind: kind}, down: {kind: kind},
                                    references: {table: kinds, columns: [id], on_delete: RESTRICT}}
              - create_constraint: {name: remarks_level, table: remarks, type: check, columns: [level], check: "level <> 'x'",
                                    up: {level: level}, down: {level: level}}
              - alter_column: {table: kinds, column: id, type: int, up: id, down: id}
              - alter_column: {table: remarks, column: kind, type: int, nullable: true, comment: what, up: kind, down: kind}
              - alter_column: {table: remarks, column: words, nullable: false, unique: {name: remarks_words}, up: words, down: words}
              - drop_column: {table: remarks, column: gone}
              - rename_column: {table: remarks, from: person, to: about}
              - rename_column: {table: kinds, from: id, to: number}
              - rename_constraint: {table: remarks, from: remarks_person, to: remarks_about}
              - rename_constraint: {table: remarks, from: remarks_level, to: level_check}
              - drop_constraint: {table: remarks, name: remarks_once, up: about, down: about}
              - create_index: {name: remarks_gone, table: remarks, columns: [level]}
              - create_index: {name: remarks_kept, table: remarks, columns: [level], predicate: "level <> 'low'"}
              - drop_index: {name: remarks_gone}
              - rename_table: {from: remarks, to: notes}
              - set_replica_identity: {table: notes, identity: {type: full}}
              - rename_table: {from: kinds, to: sorts}
              - drop_table: {name: brief}
              - create_table: {name: brief, columns: [{name: x, type: text}]}
              - add_column: {table: people, column: {name: sort, type: int, nullable: true, references: {name: people_sort, table: sorts, column: number}}}
              - create_index: {name: people_size, table: people, columns: [size]}
              - alter_column: {table: people, column: size, type: int, up: "size::int", down: "size::text"}
              - alter_column: {table: people, column: size, check: {name: people_size_check, constraint: "size > 0"}, up: size, down: size}
              - rename_column: {table: people, from: size, to: height}
              - create_index: {name: passing, table: people, columns: [name]}
              - drop_index: {name: passing}
              - create_index: {name: passing, table: people, columns: [height]}
              - add_column: {table: people, column: {name: short, type: int, nullable: true}, up: "height"}
              - create_index: {name: people_short, table: people, columns: [short]}
              - drop_column: {table: people, column: short, down: "1"}
              - rename_constraint: {table: units, from: units_code, to: code_once}
              - rename_constraint: {table: units, from: code_once, to: code_there}
              - drop_constraint: {table: people, name: people_unit, up: unit, down: unit}
              - create_constraint: {name: people_unit, table: people, type: foreign_key, columns: [unit], up: {unit: unit}, down: {unit: unit},
                                    references: {table: units, columns: [id], on_delete: CASCADE}}
              - alter_column: {table: units, column: id, type: bigint, up: id, down: id::int}
              - drop_constraint: {table: holds, name: holds_former, up: id, down: id}
              - drop_table: {name: former}
              - rename_table: {from: people, to: folk}
              - rename_table: {from: folk, to: persons}
              - rename_column: {table: persons, from: name, to: called}
            """;

    private static final String BLUNT = """
            CREATE TABLE sorts (number int PRIMARY KEY); ALTER TABLE sorts RENAME CONSTRAINT sorts_pkey TO kinds_pkey;
            CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY, about int NOT NULL, words text NOT NULL, kind int,
              level text DEFAULT 'low', CONSTRAINT remarks_pkey PRIMARY KEY (id), CONSTRAINT remarks_words UNIQUE (words),
              CONSTRAINT level_check CHECK (level <> 'x'));
            ALTER SEQUENCE notes_id_seq RENAME TO remarks_id_seq;
            ALTER TABLE units ALTER id TYPE bigint;
            ALTER TABLE units RENAME CONSTRAINT units_code TO code_there;
            DROP VIEW named; ALTER TABLE people DROP CONSTRAINT people_unit,
              ALTER size TYPE int USING size::int, ADD sort int;
            ALTER TABLE people RENAME size TO height;
            ALTER TABLE people ADD CONSTRAINT people_size_check CHECK (height > 0),
              ADD CONSTRAINT people_unit FOREIGN KEY (unit) REFERENCES units (id) ON DELETE CASCADE,
              ADD CONSTRAINT people_sort FOREIGN KEY (sort) REFERENCES sorts (number);
            ALTER TABLE notes ADD CONSTRAINT remarks_about FOREIGN KEY (about) REFERENCES people (id),
              ADD CONSTRAINT remarks_kind FOREIGN KEY (kind) REFERENCES sorts (number) ON DELETE RESTRICT;
            COMMENT ON COLUMN notes.level IS 'how'; COMMENT ON COLUMN notes.kind IS 'what';
            CREATE INDEX remarks_kept ON notes (level) WHERE level <> 'low'; ALTER TABLE notes REPLICA IDENTITY FULL;
            CREATE TABLE brief (x text NOT NULL); CREATE INDEX people_size ON people (height); CREATE INDEX passing ON people (height);
            ALTER TABLE holds DROP CONSTRAINT holds_former; DROP TABLE former;
            CREATE VIEW named AS SELECT id, name FROM people; ALTER TABLE people RENAME name TO called;
            ALTER TABLE people RENAME TO persons""";

    private final Pair pair;
    private final SchemaChange change;

    ComposedOperationsTest(Pair pair) {
        this.pair = pair.source(TABLES);
        this.change = Reach.change(pair.source(), "02_all", MIGRATION);
    }

    @Test
    void theEndIsThatOfTheBluntChange() {
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
        pair.source(
                "INSERT INTO public.people VALUES (901, 2, 'old', '11'); INSERT INTO public_02_all.sorts VALUES (5);"
                        + " INSERT INTO public_02_all.persons (id, unit, called, height, sort) VALUES (902, 3, 'new', 12, 5);"
                        + " INSERT INTO public_02_all.notes (about, words, kind) VALUES (902, 'w', 5);"
                        + " DELETE FROM public_02_all.notes; DELETE FROM public_02_all.persons WHERE id > 900;"
                        + " DELETE FROM public_02_all.sorts");

        assertThat(change.verify()).containsEntry("differences", 0L);
        assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");

        Reach.assertSame(
                pair,
                TABLES,
                BLUNT,
                "SELECT concat_ws('|', id, unit, called, height, sort) FROM public.persons ORDER BY id");
    }

    /** What the made-up changes of {@link BluntOracleTest} have found, each by itself. */
    @Test
    void whatIsOnAColumnThatChangesAndOnOneThatGoesGoes() {
        var tables = """
                CREATE TABLE wide (id bigint PRIMARY KEY, a int, b text, c int, CHECK (a > 0 OR b <> ''), UNIQUE (b, id));
                CREATE INDEX wide_both ON wide (a) INCLUDE (b); CREATE INDEX wide_some ON wide (a) WHERE b IS NULL;
                CREATE TABLE narrow (id int PRIMARY KEY, wide int REFERENCES wide);
                INSERT INTO wide SELECT i, i, 'b' || i, i FROM generate_series(1, 100) i; INSERT INTO narrow SELECT i, i FROM generate_series(1, 100) i;
                """;
        pair.source(tables);
        var composed = Reach.change(pair.source(), "02_more", """
                operations:
                  - alter_column: {table: wide, column: a, nullable: false, up: "coalesce(a, 0)", down: a}
                  - drop_column: {table: wide, column: b, down: "'gone'"}
                  - create_constraint: {name: twice, table: wide, type: unique, columns: [id, c], up: {id: id, c: c}, down: {id: id, c: c}}
                  - add_column: {table: wide, column: {name: price, type: "numeric(8,2)", nullable: true, default: "7.5"}}
                  - alter_column: {table: wide, column: price, type: "numeric(12,4)", up: price, down: price}
                  - add_column: {table: wide, column: {name: told, type: text, nullable: true}, up: "price::text"}
                """);
        composed.start(Stopping.never());
        composed.complete(Duration.ofMillis(50));

        Reach.assertSame(
                pair,
                TABLES + tables,
                """
                ALTER TABLE wide ALTER a SET NOT NULL, DROP b, ADD CONSTRAINT twice UNIQUE (id, c), ADD price numeric(12,4) DEFAULT 7.5, ADD told text;
                UPDATE wide SET price = 7.5, told = '7.5000'""",
                "SELECT concat_ws('|', id, a, c, price, told) FROM public.wide ORDER BY id");
    }

    /** A constraint's columns are found by what has become of them. */
    @Test
    void aConstraintOfARenamedAndAlteredColumnIsDropped() {
        var dropping = Reach.change(pair.source(), "02_all", """
                operations:
                  - rename_column: {table: units, from: code, to: sign}
                  - alter_column: {table: units, column: sign, type: varchar(9), up: sign, down: sign}
                  - drop_constraint: {table: units, name: units_code, up: sign, down: sign}
                """);
        dropping.start(Stopping.never());
        dropping.complete(Duration.ofMillis(50));

        Reach.assertSame(
                pair,
                TABLES,
                "ALTER TABLE units DROP CONSTRAINT units_code; ALTER TABLE units ALTER code TYPE varchar(9); ALTER TABLE units RENAME code TO sign",
                "SELECT u::text FROM public.units u ORDER BY id");
    }

    @Test
    void aRollbackLeavesNothing() {
        var shape = Reach.shape(pair.atSource());
        change.start(Stopping.never());

        assertThat(change.rollback()).containsEntry("state", "rolled back");

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            create_table: {name: former, columns: [{name: x, type: int}]}                  | name-taken
            create_table: {name: made, columns: [{name: x, type: int}]}                    | name-taken
            create_index: {name: made_a, table: made, columns: [a]}                        | name-taken
            create_index: {name: other, table: made, columns: [b]}                         | definition-invalid
            create_index: {name: other, table: made, columns: [a], predicate: "b = 1"}     | definition-invalid
            add_column: {table: made, column: {name: a, type: int}}                        | column-exists
            add_column: {table: made, column: {name: b, type: nothing}}                    | definition-invalid
            add_column: {table: made, column: {name: b, type: "int; DROP TABLE former"}}   | definition-invalid
            drop_column: {table: made, column: b}                                          | column-unknown
            drop_column: {table: made, column: a}                                          | table-referenced
            drop_table: {name: made}                                                       | table-referenced
            rename_column: {table: made, from: b, to: c}                                   | column-unknown
            alter_column: {table: made, column: b, type: int, up: b, down: b}              | column-unknown
            drop_constraint: {table: made, name: nobodys, up: a, down: a}                  | definition-invalid
            rename_table: {from: made, to: people}                                         | name-taken
            create_constraint: {name: k, table: made, type: foreign_key, columns: [b], up: {b: b}, down: {b: b}, references: {table: units, columns: [id]}} | column-unknown
            """)
    void whatCannotBeDoneIsRefusedBeforeAnythingIsDone(String operation, String code) {
        Reach.assertRefused(pair, """
                operations:
                  - create_table: {name: made, columns: [{name: a, type: int, pk: true}]}
                  - create_index: {name: made_a, table: made, columns: [a]}
                  - create_table: {name: refers, columns: [{name: a, type: int, references: {name: refers_made, table: made, column: a}}]}
                  -\s""" + operation.strip() + "\n", code);
    }
}
