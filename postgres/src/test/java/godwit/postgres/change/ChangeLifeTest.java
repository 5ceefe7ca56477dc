package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a change refuses by where it stands, and that it goes on where it was ended. */
@ExtendWith(Servers.class)
class ChangeLifeTest {
    private static final Duration AT_ONCE = Duration.ofMillis(50);

    private final Pair pair;
    private final SchemaChange change;

    ChangeLifeTest(Pair pair) {
        this.pair = pair.source(Reach.TABLES);
        this.change = change("02_reach", Reach.MIGRATION);
    }

    private SchemaChange change(String name, String migration) {
        return Reach.change(pair.source(), name, migration);
    }

    @Test
    void verbsComeInTheirOrder() {
        Reach.assertRefused("no-run", () -> change.complete(AT_ONCE));
        Reach.assertRefused("no-run", change::rollback);
        change.start(Stopping.never());
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
        var next = change("03_next", "operations:\n  - drop_column: {table: persons, column: sub}\n");
        Reach.assertRefused("change-under-way", () -> next.start(Stopping.never()));
        var other = change("02_reach", Reach.MIGRATION.replace("none", "nil"));
        Reach.assertRefused("migration-changed", () -> other.complete(AT_ONCE));

        assertThat(change.switchForward()).containsEntry("state", "switched");
        assertThat(change.switchBack()).containsEntry("state", "ready");
        change.complete(AT_ONCE);

        Reach.assertRefused("change-completed", () -> change.start(Stopping.never()));
        Reach.assertRefused("change-completed", change::rollback);
        assertThat(next.start(Stopping.never())).containsEntry("state", "ready");
        assertThat(next.complete(AT_ONCE)).containsEntry("state", "completed");
        assertThat(Reach.rows(pair.atSource(), "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'public\\_%'"))
                .containsExactly("public_03_next");
    }

    /** Who writes tables that the change leaves alone keeps nobody, and is not kept. */
    @Test
    void clientsOfOtherTablesAreNotWaitedForAtTheEnd() {
        change.start(Stopping.never());
        change.complete(AT_ONCE);
        var next = change("03_next", "operations:\n  - drop_column: {table: persons, column: sub}\n");
        next.start(Stopping.never());
        try (var client = Pair.application(pair.source())) {
            client.begin();
            client.execute("INSERT INTO public_03_next.units (id) VALUES (99)");

            assertThat(next.complete(AT_ONCE)).containsEntry("state", "completed");

            client.commit();
        }
    }

    /** As SIGTERM does: what was done stays, and the same steps go on. */
    @Test
    void aStartThatIsStoppedGoesOnWhereItWas() {
        var stopping = new Stopping();
        stopping.ask();
        Reach.assertRefused("change-stopped", () -> change.start(stopping));
        assertThat(change.status()).containsEntry("state", "expanding");
        Reach.assertRefused("change-not-ready", change::switchForward);

        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");

        Reach.assertInStep(pair);
    }

    /** Steps are known by their numbers, so they must not be counted anew over what has come since. */
    @Test
    void whatComesMeanwhileDoesNotShiftTheSteps() {
        var stopping = new Stopping();
        stopping.ask();
        Reach.assertRefused("change-stopped", () -> change.start(stopping));
        pair.source("CREATE INDEX came_since ON persons (phone); CREATE TABLE aaa (id int PRIMARY KEY)");

        change.start(Stopping.never());

        assertThat(Reach.rows(
                        pair.atSource(),
                        "SELECT count(*)::text FROM pg_index i JOIN pg_class c ON c.oid = indexrelid"
                                + " WHERE indrelid = 'persons'::regclass AND relname ~ '^_godwit'"))
                .containsExactly("3");
        assertThat(change.rollback()).containsEntry("state", "rolled back");
    }

    /** What the end would have to leave behind is told before anything of it is done. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE INDEX since ON persons (phone)                                            | DROP INDEX since
            ALTER TABLE persons ADD CONSTRAINT since CHECK (phone <> 'since')                | ALTER TABLE persons DROP CONSTRAINT since
            DROP INDEX persons_phone | CREATE INDEX persons_phone ON persons (unit, phone DESC NULLS LAST) WHERE note IS NULL
            """)
    void whatComesOrGoesMeanwhileIsNoticedAtTheEnd(String since, String back) {
        change.start(Stopping.never());
        pair.source(since);

        Reach.assertRefused("changed-since-start", () -> change.complete(AT_ONCE));

        assertThat(change.status()).containsEntry("state", "ready");
        pair.source(back);
        assertThat(change.complete(AT_ONCE)).containsEntry("state", "completed");
    }

    private List<String> paths() {
        return Reach.rows(
                pair.atSource(),
                "SELECT coalesce((SELECT rolname::text FROM pg_roles r WHERE r.oid = setrole), 'all') || ' ' || setconfig::text"
                        + " FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
                        + " ORDER BY 1");
    }

    /** One application after the other, and what each had comes back. */
    @Test
    void rolesAreSwitchedByThemselves() {
        pair.role("change_app", "").role("change_web", "");
        var database = new Identifier(pair.name()).sql();
        pair.source("ALTER ROLE change_web IN DATABASE " + database + " SET search_path = \"$user\", public, pg_temp");
        change.start(Stopping.never());
        var roles = List.of(new Identifier("change_app"), new Identifier("change_web"));
        Reach.assertRefused("no-such-role", () -> change.switchForward(List.of(new Identifier("nobody there"))));

        change.switchForward(roles.subList(0, 1));
        assertThat(change.switchForward(roles)).containsEntry("state", "switched");

        assertThat(paths())
                .containsExactly(
                        "change_app {\"search_path=public_02_reach, \\\"$user\\\", public\"}",
                        "change_web {\"search_path=public_02_reach, \\\"$user\\\", public, pg_temp\"}");
        assertThat(change.switchBack()).containsEntry("state", "ready");
        assertThat(paths()).containsExactly("change_web {\"search_path=\\\"$user\\\", public, pg_temp\"}");
        change.switchForward();
        change.complete(AT_ONCE);
        var next = change("03_next", "operations:\n  - drop_column: {table: persons, column: sub}\n");
        next.start(Stopping.never());
        next.switchForward();
        assertThat(paths()).contains("all {\"search_path=public_03_next, \\\"$user\\\", public\"}");
    }

    /** A column of nobody's migration is in the new version when the change is complete. */
    @Test
    void aColumnThatComesMeanwhileIsTakenAlong() {
        change.start(Stopping.never());
        pair.source("ALTER TABLE persons ADD later int DEFAULT 5");

        assertThat(change.complete(AT_ONCE)).containsEntry("state", "completed");

        assertThat(Reach.rows(pair.atSource(), "SELECT DISTINCT later::text FROM public_02_reach.persons"))
                .containsExactly("5");
    }

    /** A right or a comment that the old column gets meanwhile is the new one's in the end. */
    @Test
    void whatAChangingColumnIsGivenMeanwhileStays() {
        pair.role("change_late", "");
        change.start(Stopping.never());
        pair.source("GRANT UPDATE (phone) ON persons TO change_late; COMMENT ON COLUMN persons.phone IS 'late'");

        change.complete(AT_ONCE);

        assertThat(Reach.rows(
                        pair.atSource(),
                        "SELECT has_column_privilege('change_late', 'persons', 'phone', 'UPDATE') || col_description(attrelid, attnum)"
                                + " FROM pg_attribute WHERE attrelid = 'persons'::regclass AND attname = 'phone'"))
                .containsExactly("truelate");
    }

    /** Whoever refers to a changing key since has to go its way too. */
    @Test
    void aForeignKeyToAChangingKeyIsNoticedAtTheEnd() {
        pair.source(
                "CREATE TABLE aaa (unit int PRIMARY KEY); CREATE TABLE zzz (unit int PRIMARY KEY REFERENCES units)");
        var retyped = change(
                "02_x",
                "operations:\n  - alter_column: {table: units, column: id, type: bigint, up: id, down: 'id::int'}\n");
        retyped.start(Stopping.never());
        pair.source("ALTER TABLE aaa ADD CONSTRAINT aaa_unit FOREIGN KEY (unit) REFERENCES units");

        Reach.assertRefused("changed-since-start", () -> retyped.complete(AT_ONCE));

        pair.source("ALTER TABLE aaa DROP CONSTRAINT aaa_unit");
        assertThat(retyped.complete(AT_ONCE)).containsEntry("state", "completed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            add_column: {table: persons, column: {name: note, type: text, nullable: true}} | column-exists
            rename_column: {table: persons, from: note, to: phone}                         | column-exists
            add_column: {table: persons, column: {name: age, type: int}}                   | up-missing
            drop_column: {table: persons, column: name}                                    | down-missing
            alter_column: {table: oplog, column: what, type: int, up: "1", down: "what::text"} | default-unfit
            """)
    void whatContradictsTheTableIsRefused(String operation, String code) {
        pair.source("ALTER TABLE oplog ALTER what SET DEFAULT 'none'");
        Reach.assertRefused(
                code,
                () -> change("02_x", "operations:\n  - " + operation + "\n").start(Stopping.never()));
    }

    /** DDL that is nobody's migration is shown until the next one is complete; what applications write is none. */
    @Test
    void whatOthersMakeOfTheSchemaIsShown() {
        change.start(Stopping.never());
        change.complete(AT_ONCE);
        pair.source("INSERT INTO persons (name, phone) VALUES ('A B', '1')");
        var next = change("03_next", "operations:\n  - drop_column: {table: persons, column: sub}\n");
        assertThat(next.status()).containsEntry("drift", List.of());

        pair.source("CREATE TABLE side (id int); ALTER TABLE units ADD extra int; DROP VIEW named");

        var drift = List.of("+ table public.side", "~ table public.units", "- view public.named");
        assertThat(next.status()).containsEntry("drift", drift);
        assertThat(next.plan().findings())
                .filteredOn(finding -> finding.code().equals("schema-drifted"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.objects()).isEqualTo(drift));
        next.start(Stopping.never());
        next.complete(AT_ONCE);
        assertThat(next.status()).containsEntry("drift", List.of());
    }

    @Test
    void thePlanSaysWhatItsStepsDoNot() {
        pair.role("some_columns", "");
        pair.source("GRANT SELECT (id) ON persons TO some_columns; CREATE TABLE former (id int)");
        var dropping = change("02_x", """
                operations:
                  - drop_column: {table: persons, column: note}
                  - drop_table: {name: former}
                  - alter_column: {table: persons, column: phone, type: "varchar(90)", up: phone, down: phone}
                """);

        assertThat(dropping.plan().findings())
                .extracting(finding -> finding.code() + finding.objects())
                .containsExactly(
                        "values-dropped[public.persons.note]",
                        "values-dropped[public.former]",
                        "column-rights[pg_monitor, some_columns]");
    }

    /** Without down the old version reads the column's default in rows that the new one writes. */
    @Test
    void aDroppedColumnKeepsItsDefault() {
        pair.source("ALTER TABLE persons ALTER note SET DEFAULT 'usual'");
        change("02_x", "operations:\n  - drop_column: {table: persons, column: note}\n")
                .start(Stopping.never());

        pair.source("INSERT INTO public_02_x.persons (id, name) VALUES (9001, 'A B')");

        assertThat(Reach.rows(pair.atSource(), "SELECT note FROM public.persons WHERE id = 9001"))
                .containsExactly("usual");
    }

    @Test
    void aVersionWhoseSchemaHasTooLongANameIsRefused() {
        var named = change("a".repeat(60), Reach.MIGRATION);

        for (var verb : List.<ThrowingCallable>of(named::plan, () -> named.start(Stopping.never()))) {
            Reach.assertRefused("version-name-too-long", verb);
        }
    }
}
