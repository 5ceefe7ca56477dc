package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.Conduct;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Moves that leave behind what cannot be carried, or what people do not want to carry. */
@ExtendWith(Servers.class)
class LeavingTest {
    private final Pair pair;

    LeavingTest(Pair pair) {
        this.pair = pair;
    }

    private LiveMove leaving(String... objects) {
        var usual = Conduct.usual(Specs.spec("any", 2).limits());
        return LiveMove.of(pair, "postgres", usual.leaving(List.of(objects)));
    }

    private static String text(Finding finding) {
        return finding.problem().code() + " "
                + String.join(", ", finding.problem().objects());
    }

    @Test
    void aMoveGoesThroughWithoutWhatItsFileLeaves() {
        pair.source("""
                CREATE TABLE scratch (id int PRIMARY KEY); CREATE TABLE "Two Words" (id int PRIMARY KEY, body text);
                INSERT INTO "Two Words" SELECT i, 'b' FROM generate_series(1, 100) i;
                CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
                CREATE INDEX "by Body" ON "Two Words" USING gin (to_tsvector('public.words', body));
                ALTER TABLE "Two Words" ADD CONSTRAINT "un one" UNIQUE (body, id), ADD CONSTRAINT short CHECK (length(body) < 9);
                CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
                CREATE TRIGGER "fi re" BEFORE INSERT ON "Two Words" FOR EACH ROW EXECUTE FUNCTION nothing();
                ALTER TABLE "Two Words" ENABLE ROW LEVEL SECURITY, ALTER body SET DEFAULT 'd'; CREATE POLICY few ON "Two Words"
                """);
        try (var refused = leaving().access().steps(UUID.randomUUID())) {
            assertThat(refused.check())
                    .filteredOn(Finding::blocks)
                    .extracting(LeavingTest::text)
                    .containsExactlyInAnyOrder(
                            "object-not-carried text search configuration public.words",
                            "depends-on-not-carried index public.by Body");
        }
        try (var left = leaving(
                        "text search configuration public.words",
                        "index public.by Body",
                        "policy few on public.Two Words")
                .access()
                .steps(UUID.randomUUID())) {
            assertThat(left.check())
                    .noneMatch(Finding::blocks)
                    .extracting(LeavingTest::text)
                    .contains(
                            "object-not-carried text search configuration public.words",
                            "object-left policy few on public.Two Words");
        }
        try (var move = leaving(
                        "text search configuration public.words",
                        "index public.by Body",
                        "unique constraint un one on public.Two Words",
                        "check short on public.Two Words",
                        "function public.nothing()",
                        "trigger fi re on public.Two Words",
                        "row security public.Two Words",
                        "policy few on public.Two Words",
                        "default public.Two Words.body")
                .start()
                .awaitPhase(Phase.READY)) {
            assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Done.class);
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
        }

        pair.target("INSERT INTO \"Two Words\" VALUES (101, NULL)");
        assertThat(pair.targetRows("SELECT conname FROM pg_constraint WHERE conrelid = '\"Two Words\"'::regclass"))
                .containsExactly("Two Words_pkey");
    }
}
