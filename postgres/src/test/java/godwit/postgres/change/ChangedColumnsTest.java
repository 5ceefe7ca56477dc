package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns that are altered, renamed, added and dropped while both versions are written. */
@ExtendWith(Servers.class)
class ChangedColumnsTest {
    private final Pair pair;
    private final SchemaChange change;

    ChangedColumnsTest(Pair pair) {
        this.pair = pair.source(Reach.TABLES);
        this.change = Reach.change(pair.source(), "02_reach", Reach.MIGRATION);
    }

    private void write(String sql) {
        pair.source(sql);
    }

    private List<String> read(String sql) {
        return Reach.rows(pair.atSource(), sql);
    }

    @Test
    void bothVersionsWork() {
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
        Reach.assertInStep(pair);

        write("INSERT INTO public.persons (id, name, phone) VALUES (9001, 'A B', NULL), (9002, 'C D', '7')");
        write("INSERT INTO public_02_reach.persons (id, name, phone, surname) VALUES (9003, 'E F', 'none', 'given'),"
                + " (9004, 'G H', '8', NULL)");
        write("UPDATE public.persons SET phone = NULL WHERE id = 1; UPDATE public.persons SET note = 'n' WHERE id = 2;"
                + " UPDATE public_02_reach.persons SET phone = 'none', remark = 'r' WHERE id = 4;"
                + " UPDATE public_02_reach.persons SET phone = '77' WHERE id = 3;"
                + " UPDATE public_02_reach.persons SET surname = NULL WHERE id = 5;"
                + " UPDATE public.persons SET name = 'New Name' WHERE id IN (5, 6)");

        Reach.assertInStep(pair);
        assertThat(read("SELECT coalesce(phone, 'NULL') FROM public.persons WHERE id IN (1, 3, 4, 9003) ORDER BY id"))
                .containsExactly("NULL", "77", "NULL", "NULL");
        assertThat(read("SELECT id || ' ' || coalesce(surname, 'NULL') FROM public_02_reach.persons"
                        + " WHERE id IN (5, 6, 7, 9001, 9003, 9004) ORDER BY id"))
                .containsExactly("5 NULL", "6 Name", "7 Last7", "9001 B", "9003 given", "9004 NULL");
        assertThatThrownBy(() -> write("INSERT INTO public_02_reach.persons (name, phone) VALUES ('a b', NULL)"))
                .hasMessageContaining("23514");
    }

    @Test
    void itEndsInWhatTheBluntChangeMakes() {
        change.start(Stopping.never());
        assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");
        var rows =
                "SELECT concat_ws('|', id, name, phone, coalesce(remark, 'NULL'), unit, sub, surname) FROM public.persons"
                        + " ORDER BY id";

        Reach.assertSame(pair, Reach.TABLES, Reach.BLUNT, rows);
        assertThat(read("SELECT count(*)::text FROM public_02_reach.persons WHERE surname IS NULL"))
                .containsExactly("0");
        assertThat(change.status()).containsEntry("state", "completed");
    }

    @Test
    void aRollbackLeavesNothing() {
        var shape = Reach.shape(pair.atSource());
        var rows = read("SELECT t::text FROM public.persons t ORDER BY id");
        change.start(Stopping.never());
        write("UPDATE public_02_reach.persons SET phone = 'none' WHERE id = 3");

        assertThat(change.rollback()).containsEntry("state", "rolled back");

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        assertThat(read("SELECT t::text FROM public.persons t ORDER BY id")).containsExactlyElementsOf(rows);
        assertThat(read("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'public\\_%'"))
                .isEmpty();
        assertThat(change.status()).containsEntry("state", "none");
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
    }

    /** What came into the database since, and could not be carried over, is no reason to keep a change that nobody wants. */
    @Test
    void aRollbackDoesWhatWasPlannedAtTheBegin() {
        var shape = Reach.shape(pair.atSource());
        change.start(Stopping.never());
        write("CREATE MATERIALIZED VIEW m AS SELECT phone FROM public.persons");

        assertThat(change.rollback()).containsEntry("state", "rolled back");

        write("DROP MATERIALIZED VIEW m");
        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
    }

    /** An old snapshot holds the start up at its indexes; the rollback does not wait for that. */
    @Test
    void aRollbackEndsAStartThatIsAtWork() {
        var shape = Reach.shape(pair.atSource());
        try (var old = Pair.application(pair.source())) {
            old.begin();
            old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            old.number("SELECT count(*) FROM public.units");
            var starting = Beside.run(() -> change.start(Stopping.never()));
            await().until(
                            () -> pair.atSource()
                                    .is(
                                            "SELECT count(*) > 0 FROM pg_stat_activity"
                                                    + " WHERE query ~ 'INDEX CONCURRENTLY' AND wait_event_type = 'Lock' AND application_name = 'godwit change'"));
            var other = Reach.change(pair.source(), "02_reach", Reach.MIGRATION);

            assertThat(other.rollback()).containsEntry("state", "rolled back");

            assertThat(starting).completesExceptionallyWithin(Duration.ofSeconds(20));
            old.rollback();
        }
        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
    }

    /** What a page of the docs says of views. */
    @Test
    void viewsTakeNoCopyAndNoTruncate() {
        change.start(Stopping.never());

        assertThatThrownBy(() -> write("TRUNCATE public_02_reach.persons")).hasMessageContaining("42809");
        assertThatThrownBy(() -> write("SET ROLE pg_monitor; SELECT id FROM public_02_reach.persons"))
                .hasMessageContaining("42501");
        write("RESET ROLE");
        assertThatThrownBy(() -> write("COPY public_02_reach.persons FROM STDIN"))
                .hasMessageContaining("42809");
    }

    @ParameterizedTest
    @CsvSource({
        "COALESCE(phone, expression-invalid, COALESCE(fone",
        "nullable: false, expression-invalid, 'default: \"1; DROP TABLE oplog; COMMIT\"'",
        "COALESCE(phone, expression-invalid, '1); DROP TABLE oplog; COMMIT; SELECT (COALESCE(phone'",
        "column: phone, column-unknown, column: fone",
        "table: persons, no-such-table, table: people",
        "type: text, type-unknown, type: texxt",
    })
    void whatIsNotThereIsRefusedBeforeAnythingIsDone(String right, String code, String wrong) {
        var shape = Reach.shape(pair.atSource());
        var broken = Reach.change(pair.source(), "02_reach", Reach.MIGRATION.replace(right, wrong));

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> broken.start(Stopping.never()))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo(code));

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        assertThat(read("SELECT coalesce(to_regnamespace('godwit')::text, 'none')"))
                .containsExactly("none");
    }

    /** What would leave rows out of step, or take something away unseen, is refused by name. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE TABLE more () INHERITS (persons)                                        | table-not-changeable
            CREATE MATERIALIZED VIEW m AS SELECT phone FROM persons                        | not-carried
            ALTER TABLE persons ADD short text GENERATED ALWAYS AS (left(phone, 2)) STORED | not-carried
            ALTER TABLE persons ADD EXCLUDE (phone WITH =) WHERE (false)                   | not-carried
            """)
    void whatCannotBeCarriedOverIsRefused(String statements, String code) {
        write(statements);
        var shape = Reach.shape(pair.atSource());

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> change.start(Stopping.never()))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo(code));

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
    }

    /** What the data does not allow shows while it is being filled: all of it is taken back. */
    @Test
    void aStartThatFailsIsTakenBack() {
        var shape = Reach.shape(pair.atSource());
        var unfit = Reach.change(
                pair.source(),
                "02_reach",
                Reach.MIGRATION.replace("COALESCE(phone, 'none')\"", "NULLIF(phone, '01')\""));

        assertThatExceptionOfType(GodwitException.class).isThrownBy(() -> unfit.start(Stopping.never()));

        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);
        assertThat(unfit.status()).containsEntry("state", "none");
    }

    @Test
    void severalOperationsOnOneColumnCompose() {
        var chained = Reach.change(pair.source(), "02_reach", """
                operations:
                  - alter_column: {table: persons, column: phone, type: varchar(40), up: "'+' || phone", down: "substr(phone, 2)"}
                  - rename_column: {table: persons, from: phone, to: number}
                  - alter_column: {table: persons, column: number, nullable: false, up: "coalesce(number, '?')",
                                   down: "nullif(number, '?')"}
                  - drop_column: {table: persons, column: note, down: "'from ' || number"}
                """);
        chained.start(Stopping.never());
        write(
                "UPDATE public.persons SET phone = '5' WHERE id = 1;"
                        + " UPDATE public_02_reach.persons SET number = '+6' WHERE id = 2;"
                        + " INSERT INTO public_02_reach.persons (id, name, number) VALUES (9001, 'A B', '?'), (9002, 'A B', '+9')");

        assertThat(read("SELECT number FROM public_02_reach.persons WHERE id IN (1, 2, 3, 4) ORDER BY id"))
                .containsExactly("+5", "+6", "?", "+04");
        assertThat(
                        read(
                                "SELECT coalesce(phone, 'NULL') FROM public.persons WHERE id IN (1, 2, 3, 9001, 9002) ORDER BY id"))
                .containsExactly("5", "6", "NULL", "NULL", "9");
        assertThat(read("SELECT note FROM public.persons WHERE id IN (9001, 9002) ORDER BY id"))
                .containsExactly("from ?", "from +9");
    }
}
