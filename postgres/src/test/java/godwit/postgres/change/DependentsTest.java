package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Views, policies and statistics that stand on columns which change, and follow them also when they get another name. */
@ExtendWith(Servers.class)
class DependentsTest {
    private static final String TABLES = """
            CREATE TABLE people (id int PRIMARY KEY, phone text, note text, owner text DEFAULT 'change_clerk');
            CREATE TABLE calls (id int PRIMARY KEY, person int);
            INSERT INTO people SELECT i, CASE WHEN i % 3 > 0 THEN 'p' || i END, 'n', CASE WHEN i % 2 = 0 THEN 'change_clerk' ELSE 'x' END
              FROM generate_series(1, 300) i;
            CREATE VIEW reach AS SELECT id, phone FROM people WHERE phone <> 'p1';
            CREATE VIEW grouped AS SELECT p.id, p.phone, count(c.id) AS calls FROM people p LEFT JOIN calls c ON c.person = p.id GROUP BY p.id;
            CREATE STATISTICS people_more (dependencies) ON phone, owner FROM people;
            CREATE STATISTICS people_text ON lower(phone), note FROM people;
            ALTER TABLE people ENABLE ROW LEVEL SECURITY; ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON people USING (owner = current_user AND phone IS DISTINCT FROM 'p4') WITH CHECK (phone IS DISTINCT FROM 'barred');
            CREATE POLICY theirs ON calls USING (EXISTS (SELECT FROM people p WHERE p.id = person AND p.phone <> 'p8'));
            COMMENT ON POLICY own ON people IS 'each their own'; GRANT ALL ON people, calls TO change_clerk;
            """;

    private static final String MIGRATION = """
            operations:
              - alter_column: {table: people, column: phone, type: varchar(40), nullable: false, up: "coalesce(phone, 'none')", down: "nullif(phone, 'none')"}
              - rename_column: {table: people, from: phone, to: line}
              - rename_column: {table: people, from: note, to: phone}
              - alter_column: {table: people, column: owner, nullable: false, up: "coalesce(owner, '')", down: owner}
            """;

    private static final String BLUNT = """
            UPDATE people SET phone = coalesce(phone, 'none');
            DROP VIEW reach, grouped; DROP STATISTICS people_more, people_text; DROP POLICY own ON people; DROP POLICY theirs ON calls;
            ALTER TABLE people ALTER phone TYPE varchar(40), ALTER phone SET NOT NULL, ALTER owner SET NOT NULL;
            CREATE VIEW reach AS SELECT id, phone FROM people WHERE phone <> 'p1';
            CREATE VIEW grouped AS SELECT p.id, p.phone, count(c.id) AS calls FROM people p LEFT JOIN calls c ON c.person = p.id GROUP BY p.id;
            CREATE STATISTICS people_more (dependencies) ON phone, owner FROM people;
            CREATE STATISTICS people_text ON lower(phone), note FROM people;
            CREATE POLICY own ON people USING (owner = current_user AND phone IS DISTINCT FROM 'p4') WITH CHECK (phone IS DISTINCT FROM 'barred');
            CREATE POLICY theirs ON calls USING (EXISTS (SELECT FROM people p WHERE p.id = person AND p.phone <> 'p8'));
            COMMENT ON POLICY own ON people IS 'each their own';
            ALTER TABLE people RENAME phone TO line; ALTER TABLE people RENAME note TO phone""";

    private final Pair pair;
    private final SchemaChange change;

    DependentsTest(Pair pair) {
        pair.role("change_clerk", "");
        this.pair = pair.source(TABLES);
        this.change = Reach.change(pair.source(), "02_line", MIGRATION);
    }

    private void asClerk(String sql) {
        try (var client = Pair.application(pair.source())) {
            client.execute("SET ROLE change_clerk; SET row_security = on");
            client.execute(sql);
        }
    }

    @Test
    void allOfThemAreInTheNewShape() {
        change.start(Stopping.never());
        asClerk("UPDATE public_02_line.people SET phone = 'seen'");
        assertThat(Reach.rows(pair.atSource(), "SELECT count(*)::text FROM people WHERE note = 'seen'"))
                .containsExactly("149");
        assertThatThrownBy(() -> asClerk("INSERT INTO public_02_line.people (id, line) VALUES (901, 'barred')"))
                .hasMessageContaining("42501");
        asClerk("INSERT INTO public_02_line.people (id, line) VALUES (902, 'new')");
        pair.source("DELETE FROM people WHERE id > 900; UPDATE people SET note = 'n'");

        assertThat(change.complete(Duration.ofMillis(50))).containsEntry("state", "completed");

        Reach.assertSame(
                pair, TABLES, BLUNT, "SELECT concat_ws('|', id, line, phone, owner) FROM public.people ORDER BY id");
        asClerk("UPDATE public.people SET phone = 'seen'");
        assertThat(Reach.rows(pair.atSource(), "SELECT count(*)::text FROM people WHERE phone = 'seen'"))
                .containsExactly("149");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop_column: {table: people, column: phone}",
                "drop_column: {table: people, column: owner}",
            })
    void whatStandsOnAColumnThatGoesIsRefused(String operation) {
        Reach.assertRefused(pair, "operations:\n  - " + operation + "\n", "not-carried");
    }
}
