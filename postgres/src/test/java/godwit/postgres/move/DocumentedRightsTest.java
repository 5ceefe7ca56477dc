package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A role with the rights that the documentation lists, and no others, moves a database. */
@ExtendWith(Servers.class)
class DocumentedRightsTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "rights.md");

    private final Pair pair;

    DocumentedRightsTest(Pair pair) {
        this.pair = pair;
    }

    /** The statements for the source, then those for the target, where the database is there already. */
    private List<String> documented() throws IOException {
        return Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1)
                        .replace("CREATE DATABASE people OWNER mover", "ALTER DATABASE people OWNER TO mover")
                        .replace("people", pair.name())
                        .replace("mover", "documented")
                        .replace("app ", "documented_owner "))
                .toList();
    }

    private static void run(Session session, String statements) {
        for (var statement : statements.split(";")) {
            if (!statement.isBlank()) {
                session.execute(statement);
            }
        }
    }

    @Test
    void theRightsOnThePageAreEnough() throws IOException {
        pair.role("documented_owner", "").role("documented_reader", "");
        pair.source(
                "CREATE SCHEMA apart AUTHORIZATION documented_owner; GRANT ALL ON SCHEMA public TO documented_owner;"
                        + " COMMENT ON SCHEMA public IS 'of the application'; SET ROLE documented_owner;"
                        + " CREATE TYPE apart.mood AS ENUM ('a', 'b'); CREATE TABLE apart.keyless (id int);"
                        + " ALTER TABLE apart.keyless REPLICA IDENTITY FULL;"
                        + " CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m apart.mood DEFAULT 'a');"
                        + " GRANT SELECT ON t TO documented_reader; ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
                        + " CREATE TABLE child (id serial PRIMARY KEY, t int REFERENCES t);"
                        + " INSERT INTO t (m) SELECT 'b' FROM generate_series(1, 500); INSERT INTO child (t) SELECT id FROM t;"
                        + " CREATE VIEW v AS SELECT m, count(*) FROM t GROUP BY m; RESET ROLE");
        var blocks = documented();
        assertThat(blocks).hasSize(2);
        run(pair.atSource(), blocks.getFirst());
        run(pair.atTarget(), blocks.getLast());

        try (var move = LiveMove.of(pair, "documented", Specs.spec(pair.name(), 2))) {
            try (var steps = move.access().steps(UUID.randomUUID())) {
                assertThat(steps.check())
                        .extracting(finding -> finding.problem().code())
                        .containsOnly("source-not-sealable");
            }
            move.start().awaitPhase(Phase.READY);
            pair.source("INSERT INTO t (m) VALUES ('a')");
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            pair.target("INSERT INTO t (m) VALUES ('b')");
            await().until(() -> pair.atSource().is("SELECT count(*) = 502 FROM t"));
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);
            pair.source("DELETE FROM apart.keyless; INSERT INTO apart.keyless VALUES (1)");
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);

            assertThat(move.ask(Verb.COMPLETE))
                    .isInstanceOfSatisfying(
                            Outcome.Done.class,
                            done -> assertThat(done.result())
                                    .extractingByKey("source")
                                    .asString()
                                    .contains("sealed=false", "gateStays=true"));
        }
        pair.assertSame();
        assertThat(pair.targetRows("SELECT DISTINCT relowner::regrole::text FROM pg_class c"
                        + " WHERE relname IN ('t', 'child', 'keyless', 'v')"))
                .containsExactly("documented_owner");
        // The role may not make the database read only, so what refused late writers before does so still.
        assertThatThrownBy(() -> pair.source("INSERT INTO t (m) VALUES ('a')"))
                .hasMessageContaining("takes no writes here");
        pair.source("DROP SCHEMA godwit CASCADE; INSERT INTO t (m) VALUES ('a')");
        assertThat(CaseDatabase.traces(pair.source())).isEmpty();
    }
}
