package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is proven of a move beside its rows, and what stops it. */
@ExtendWith(Servers.class)
class VerifiedMoveTest {
    private static final String SCHEMA = """
            CREATE TABLE parents (id int PRIMARY KEY, a text CHECK (a <> ''), b bigserial);
            CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents);
            CREATE INDEX parents_a ON parents (a); CREATE SEQUENCE dossier; CREATE SEQUENCE used;
            CREATE TABLE scratch (x serial);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER note AFTER INSERT ON children FOR EACH ROW EXECUTE FUNCTION note();
            INSERT INTO parents SELECT i, 'a' FROM generate_series(1, 100) i;
            INSERT INTO children SELECT i, i FROM generate_series(1, 100) i""";

    private final Pair pair;

    VerifiedMoveTest(Pair pair) {
        this.pair = pair.source(SCHEMA);
    }

    private LiveMove move() {
        return LiveMove.of(pair, "postgres", LiveMove.withoutScratch(Specs.spec(pair.name(), 1)));
    }

    private static String report(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done done -> done.result().toString();
            case Outcome.Different different -> different.result().toString();
            case Outcome.Refused refused -> refused.problem().toString();
            case Outcome.Unknown unknown -> unknown.problem().toString();
        };
    }

    @Test
    void whatDiffersBesideTheRowsIsNamedAndKeepsTheWritesWhereTheyAre() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            assertThat(report(move.ask(Verb.VERIFY)))
                    .contains("excluded=[public.scratch]")
                    .contains("differences=0");

            pair.target("DROP SEQUENCE dossier; ALTER SEQUENCE used INCREMENT 2; DROP INDEX parents_a;"
                    + " DROP TRIGGER note ON children; ALTER TABLE parents DROP CONSTRAINT parents_a_check;"
                    + " ALTER TABLE parents ALTER a SET DEFAULT 'x'");

            assertThat(report(move.ask(Verb.VERIFY)))
                    .contains("public.dossier", "sequence-missing", "public.used", "sequence-increment")
                    .contains("index public.parents_a", "trigger public.children note")
                    .contains("constraint public.parents parents_a_check", "column public.parents.a")
                    .contains("shape-missing", "shape-different")
                    .contains("differences=6");
            pair.target("CREATE TRIGGER more BEFORE INSERT ON parents FOR EACH ROW EXECUTE FUNCTION note()");
            assertThat(report(move.ask(Verb.VERIFY)))
                    .contains("shape-extra", "trigger public.parents more")
                    .contains("differences=7");
            assertThat(report(move.ask(Verb.SWITCH))).contains("differences-open");
        }
    }

    @Test
    void aVerifiedTargetGivesNoSequenceValueTwice() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            pair.source("SELECT nextval('used') FROM generate_series(1, 500); SELECT nextval('dossier')");

            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=0");

            assertThat(pair.atTarget().number("SELECT nextval('used')")).isGreaterThan(500);
        }
    }

    @Test
    void numbersOfObjectsAreComparedAndMendedByTheNamesOfTheObjects() {
        pair.source("""
                CREATE TYPE mood AS ENUM ('low', 'high'); CREATE TYPE about AS (of regclass, moods mood[]);
                CREATE TABLE named (id int PRIMARY KEY, a about, f regprocedure[], body bytea);
                INSERT INTO named SELECT i, ROW('children'::regclass, '{low}'::mood[])::about, '{note(),upper(text)}', '\\x00ff' FROM generate_series(1, 50) i""");
        try (var move = move().start().awaitPhase(Phase.READY)) {
            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=0");
            LiveMove.intrude(
                    pair.atTarget(), "UPDATE named SET a.of = 'parents' WHERE id = 7; DELETE FROM named WHERE id = 8");
            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=2");
            assertThat(report(move.ask(Verb.REPAIR))).contains("rowsRepaired=2");

            assertThat(report(move.ask(Verb.SWITCH))).contains("writes=target");
            pair.target(
                    "UPDATE named SET a = ROW('parents', '{high}') WHERE id = 7; INSERT INTO named (id, f) VALUES (0, '{note()}')");
            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=0");
        }
        assertThat(pair.atSource().text("SELECT a::text FROM named WHERE id = 7"))
                .isEqualTo("(parents,{high})");
    }

    @Test
    void aValueWhoseObjectTheOtherSideLacksIsNoDifferenceAndIsTold() {
        pair.source("""
                CREATE TABLE named (id int PRIMARY KEY, r regclass, v int);
                INSERT INTO named SELECT i, 'scratch', 0 FROM generate_series(1, 3) i;
                INSERT INTO named VALUES (4, 'parents', 0), (5, 999999, 0)""");
        try (var move = move().start().awaitPhase(Phase.READY)) {
            pair.source("INSERT INTO named VALUES (6, 'scratch', 0)");
            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=0", "objectsNotThere={public.named.r=4}");
            LiveMove.intrude(
                    pair.atTarget(),
                    "UPDATE named SET v = 1 WHERE id = 1; UPDATE named SET r = 'children' WHERE id = 2; DELETE FROM named WHERE id = 3");
            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=3");
            assertThat(report(move.ask(Verb.REPAIR))).contains("rowsRepaired=3");

            assertThat(report(move.ask(Verb.SWITCH))).contains("writes=target");
            pair.target("UPDATE named SET v = 7 WHERE id = 1");
            assertThat(report(move.ask(Verb.VERIFY))).contains("differences=0");
        }
        assertThat(pair.atSource().text("SELECT v || r::text FROM named WHERE id = 1"))
                .isEqualTo("7scratch");
    }

    @Test
    void anOrphanThatOnlyTheTargetHasIsFound() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            LiveMove.intrude(pair.atTarget(), "DELETE FROM parents WHERE id = 7");

            var orphans = new Surroundings(new MoveContext(
                            java.util.UUID.randomUUID(), move.access().spec(), pair.source(), pair.target()))
                    .orphans(Side.SOURCE);

            assertThat(orphans).extracting(o -> o.object()).containsExactly("public.children children_parent_fkey");
            assertThat(report(move.ask(Verb.VERIFY))).contains("foreign-key-orphan");
        }
    }

    @Test
    void whatIsLeftAtTheSourceIsToldWhenTheMoveIsComplete() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            assertThat(report(move.ask(Verb.SWITCH))).contains("writes=target");

            assertThat(report(move.ask(Verb.COMPLETE))).contains("sealed=true", "roles=[", "slots=[", "lastPosition=");
        }
    }

    @Test
    void noSessionWritesToTheSourceOfACompletedMove() throws SQLException {
        try (var move = move().start().awaitPhase(Phase.READY);
                var pooled = DriverManager.getConnection(url())) {
            assertThat(report(move.ask(Verb.SWITCH))).contains("writes=target");
            assertThat(report(move.ask(Verb.COMPLETE))).contains("sealed=true");

            assertThatThrownBy(() -> write(pooled)).isInstanceOf(SQLException.class);
            try (var late = DriverManager.getConnection(url())) {
                assertThatThrownBy(() -> write(late))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("25006"));
            }
        }
    }

    private String url() {
        return "jdbc:postgresql://127.0.0.1:" + pair.sourceServer().port() + "/" + pair.name() + "?user=postgres";
    }

    private static void write(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("INSERT INTO public.parents VALUES (900, 'lost')");
        }
    }

    @Test
    void aMoveWhoseSourceChangedItsSchemaStopsAndGoesOnWhenThatIsUndone() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            pair.source("CREATE FUNCTION late() RETURNS int LANGUAGE sql AS 'SELECT 1'");

            assertThat(move.awaitFailure())
                    .matches(p -> p.code().equals("source-schema-changed"))
                    .matches(p -> p.objects().equals(List.of("routine public.late()")));

            pair.source("DROP FUNCTION late; INSERT INTO parents VALUES (101, 'late')");
            move.start().awaitPhase(Phase.READY);
            assertThat(report(move.ask(Verb.SWITCH))).contains("writes=target");
            assertThat(pair.atTarget().number("SELECT count(*) FROM parents")).isEqualTo(101);
        }
    }
}
