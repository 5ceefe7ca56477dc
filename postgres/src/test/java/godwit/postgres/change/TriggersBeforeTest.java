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

/** People's triggers that see rows before they are written, and change them, while both versions write. */
@ExtendWith(Servers.class)
class TriggersBeforeTest {
    private static final String TABLES = """
            CREATE TABLE people (id int PRIMARY KEY, phone text NOT NULL, name text, code int, touched int DEFAULT 0);
            CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
              IF new.phone IS NULL THEN RAISE EXCEPTION 'no phone' USING ERRCODE = 'P0042'; END IF;
              new.phone := upper(new.phone); new.name := trim(new.name); new.touched := coalesce(new.touched, 0) + 1;
              RETURN new; END$$;
            CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.code := old.code; RETURN new; END$$;
            CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION tidy();
            CREATE TRIGGER keep BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION keep();
            INSERT INTO people SELECT i, 'p' || i, 'n' || i, i FROM generate_series(1, 200) i;
            """;

    private static final String MIGRATION = """
            operations:
              - alter_column: {table: people, column: phone, type: varchar(50), up: "phone || '!'", down: "rtrim(phone, '!')"}
              - alter_column: {table: people, column: code, type: bigint, up: code, down: code::int}
              - add_column: {table: people, column: {name: shout, type: text, nullable: true}, up: "upper(name)"}
            """;

    /** What a session has kept of a function's plans is not fit for other types; a change of the function takes it away. */
    private static final String BLUNT = """
            ALTER TABLE people DISABLE TRIGGER ALL;
            ALTER TABLE people ALTER phone TYPE varchar(50) USING phone || '!', ALTER code TYPE bigint, ADD shout text;
            UPDATE people SET shout = upper(name); ALTER TABLE people ENABLE TRIGGER ALL;
            ALTER FUNCTION tidy() COST 100; ALTER FUNCTION keep() COST 100""";

    private static final List<String> OLD = List.of(
            "INSERT INTO %s.people (id, phone, name, code) VALUES (301, 'q', ' old ', 5)",
            "UPDATE %s.people SET phone = 'changed', code = 77 WHERE id = 1",
            "UPDATE %s.people SET name = ' other ' WHERE id = 2");

    private static final List<String> NEW = List.of(
            "INSERT INTO %s.people (id, phone, name, code, shout) VALUES (302, 'r!', ' new ', 6, 'given')",
            "UPDATE %s.people SET phone = 'again!', code = 78 WHERE id = 3",
            "UPDATE %s.people SET shout = 'mine' WHERE id = 4");

    private final Pair pair;
    private final SchemaChange change;

    TriggersBeforeTest(Pair pair) {
        this.pair = pair.source(TABLES);
        this.change = Reach.change(pair.source(), "02_x", MIGRATION);
    }

    private void write(String schema, List<String> statements) {
        statements.forEach(sql -> pair.source(sql.formatted(schema)));
    }

    @Test
    void whatTheyMakeOfARowIsInBothVersions() {
        var shape = Reach.shape(pair.atSource());
        change.start(Stopping.never());
        change.rollback();
        assertThat(Reach.shape(pair.atSource())).containsExactlyElementsOf(shape);

        change.start(Stopping.never());
        write("public", OLD);
        write("public_02_x", NEW);

        assertThat(change.verify()).containsEntry("differences", 0L);
        assertThat(
                        Reach.rows(
                                pair.atSource(),
                                "SELECT concat_ws('|', id, phone, name, code) FROM public.people WHERE id IN (1, 3, 302) ORDER BY id"))
                .containsExactly("1|CHANGED|n1|1", "3|AGAIN|n3|3", "302|R|new|6");
        assertThatThrownBy(() -> pair.source("INSERT INTO public.people (id) VALUES (303)"))
                .hasMessageContaining("P0042");
        change.complete(Duration.ofMillis(10));

        Reach.assertSame(
                pair,
                blunt -> {
                    blunt.execute(TABLES);
                    OLD.forEach(sql -> blunt.execute(sql.formatted("public")));
                    blunt.execute(BLUNT);
                    NEW.forEach(sql -> blunt.execute(sql.formatted("public")));
                },
                session -> Reach.rows(
                        session,
                        "SELECT concat_ws('|', id, phone, name, code, touched, shout) FROM public.people ORDER BY id"));
    }

    /** A session keeps plans of a function for the types that columns had. */
    @Test
    void clientsThatStayConnectedGoOn() {
        try (var client = Pair.application(pair.source())) {
            change.start(Stopping.never());
            client.execute("INSERT INTO public.people (id, phone, code) VALUES (401, 'a', 1)");
            client.execute("UPDATE public.people SET phone = 'b' WHERE id = 401");
            client.execute("UPDATE public_02_x.people SET phone = 'c!' WHERE id = 401");
            change.complete(Duration.ofMillis(10));

            client.execute("UPDATE public.people SET phone = 'd!' WHERE id = 401");
            client.execute("UPDATE public_02_x.people SET phone = 'e!' WHERE id = 401");
            client.execute("INSERT INTO public.people (id, phone, code) VALUES (402, 'a!', 1)");
        }
        assertThat(Reach.rows(pair.atSource(), "SELECT phone FROM public.people WHERE id > 400 ORDER BY id"))
                .containsExactly("E!", "A!");
    }

    @Test
    void functionsOfOthersAreToldBeforehand() {
        pair.role("change_owner", "LOGIN");
        pair.source("ALTER TABLE people OWNER TO change_owner");

        assertThat(Reach.change(Reach.as(pair, "change_owner"), "02_x", MIGRATION)
                        .plan()
                        .findings())
                .filteredOn(finding -> finding.code().equals("plans-kept"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.objects()).containsExactly("public.keep()", "public.tidy()"));
        assertThat(change.plan().findings()).isEmpty();
    }

    /** One that came since would be called behind what keeps the versions in step. */
    @Test
    void oneThatComesToATableWithoutIsNoticedAtTheEnd() {
        pair.source("DROP TRIGGER tidy ON people; DROP TRIGGER keep ON people");
        change.start(Stopping.never());
        pair.source("CREATE TRIGGER tidy BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION tidy()");

        Reach.assertRefused("changed-since-start", () -> change.complete(Duration.ofMillis(10)));

        pair.source("DROP TRIGGER tidy ON people");
        assertThat(change.complete(Duration.ofMillis(10))).containsEntry("state", "completed");
    }

    @Test
    void thoseThatAreDroppedMeanwhileLeaveNothingOfOursBehind() {
        change.start(Stopping.never());
        pair.source("DROP TRIGGER tidy ON people; DROP TRIGGER keep ON people");

        change.complete(Duration.ofMillis(10));

        pair.source("UPDATE people SET phone = 'after'; INSERT INTO people (id, phone) VALUES (500, 'more')");
        assertThat(Reach.rows(pair.atSource(), "SELECT tgname::text FROM pg_trigger WHERE tgname ~ 'godwit'"))
                .isEmpty();
    }

    @Test
    void oneThatIsCalledLastIsRefused() {
        pair.source("ALTER TRIGGER tidy ON people RENAME TO \"~~last\"");

        Reach.assertRefused(pair, MIGRATION, "table-not-changeable");
    }
}
