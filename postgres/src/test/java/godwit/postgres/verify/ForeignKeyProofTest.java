package godwit.postgres.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TwoServers.class)
class ForeignKeyProofTest {
    private static final String SCHEMA = """
            CREATE EXTENSION citext;
            CREATE TABLE agencies (id int PRIMARY KEY, name citext UNIQUE, parent int REFERENCES agencies);
            CREATE TABLE persons (id int PRIMARY KEY, agency citext REFERENCES agencies (name));
            CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b));
            CREATE TABLE "Simple" (a int, b int, FOREIGN KEY (a, b) REFERENCES pairs MATCH SIMPLE);
            CREATE TABLE whole (a int, b int, FOREIGN KEY (a, b) REFERENCES pairs MATCH FULL);
            CREATE TABLE events (id int, day date, agency int REFERENCES agencies, PRIMARY KEY (id, day))
                PARTITION BY RANGE (day);
            CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            CREATE TABLE notes (event int, day date, FOREIGN KEY (event, day) REFERENCES events);
            INSERT INTO agencies VALUES (1, 'North', 1), (2, 'South', NULL);
            INSERT INTO persons VALUES (1, 'NORTH'), (2, NULL);
            INSERT INTO pairs VALUES (1, 2); INSERT INTO "Simple" VALUES (1, 2), (1, NULL), (NULL, NULL);
            INSERT INTO whole VALUES (1, 2), (NULL, NULL);
            INSERT INTO events VALUES (1, '2026-02-02', 2); INSERT INTO notes VALUES (1, '2026-02-02');
            """;

    @Test
    void referencesThatHaveTheirRowsAreProven(TwoDatabases databases) {
        databases.both(SCHEMA);

        assertThat(new ForeignKeyProof(databases.leader().connection()).prove(name -> true))
                .isEmpty();
        assertThat(new ForeignKeyProof(databases.follower().connection()).prove(name -> true))
                .isEmpty();
    }

    @Test
    void orphansThatValidateDoesNotSeeAreTold(TwoDatabases databases) {
        databases.both(SCHEMA).corrupt("""
                UPDATE agencies SET parent = 99 WHERE id = 2; UPDATE persons SET agency = 'West' WHERE id = 2;
                INSERT INTO "Simple" VALUES (3, 3), (3, NULL); INSERT INTO whole VALUES (1, NULL);
                UPDATE events SET agency = 77; INSERT INTO notes VALUES (2, '2026-02-02'), (3, '2026-02-02')""");

        var found = new ForeignKeyProof(databases.follower().connection()).prove(name -> true);

        assertThat(found).allMatch(each -> each.kind().equals("foreign-key-orphan"));
        assertThat(found)
                .extracting(each -> each.object() + ": " + each.message())
                .containsExactlyInAnyOrder(
                        "public.Simple Simple_a_b_fkey: 1 rows refer to rows of public.pairs that do not exist",
                        "public.agencies agencies_parent_fkey: 1 rows refer to rows of public.agencies that do not exist",
                        "public.events events_agency_fkey: 1 rows refer to rows of public.agencies that do not exist",
                        "public.notes notes_event_day_fkey: 2 rows refer to rows of public.events that do not exist",
                        "public.persons persons_agency_fkey: 1 rows refer to rows of public.agencies that do not exist",
                        "public.whole whole_a_b_fkey: 1 rows refer to rows of public.pairs that do not exist");
    }

    @Test
    void whatMayNotBeReadIsNotTakenForProven(TwoDatabases databases) {
        databases.both(SCHEMA).corrupt("SET ROLE pg_monitor");

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> new ForeignKeyProof(databases.follower().connection()).prove(name -> true))
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo("verification-read-failed");
                    assertThat(e.problem().message()).contains("42501");
                });
    }
}
