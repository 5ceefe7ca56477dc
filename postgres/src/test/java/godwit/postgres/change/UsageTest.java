package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.postgres.Database;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whose session uses which version, as its locks show, and which version new sessions get. */
@ExtendWith(Servers.class)
class UsageTest {
    private final Pair pair;
    private final SchemaChange change;

    UsageTest(Pair pair) {
        this.pair = pair.source(Reach.TABLES + "CREATE TABLE cases (person int REFERENCES persons)");
        this.change = Reach.change(pair.source(), "02_reach", Reach.MIGRATION);
        change.start(Stopping.never());
    }

    private void complete() {
        change.complete(Duration.ofMillis(100));
    }

    @Test
    void whoUsesTheOldVersionIsNamedAndKeepsItThere() {
        try (var old = Pair.application(pair.source())) {
            old.begin();
            old.number("SELECT count(*) FROM public.persons");

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(this::complete)
                    .satisfies(e -> {
                        assertThat(e.problem().code()).isEqualTo("version-in-use");
                        assertThat(e.problem().pids()).containsExactly(old.pid());
                    });
            assertThat(change.status()).containsEntry("state", "ready");
            old.commit();
        }
        complete();
    }

    @Test
    void whoUsesTheNewVersionIsInNobodysWay() {
        try (var fresh = Pair.application(pair.source())) {
            fresh.begin();
            // Its foreign key is looked up in the table itself.
            fresh.execute("INSERT INTO public_02_reach.cases VALUES (7)");

            assertThat(change.status()).containsEntry("oldVersionUsedBy", List.of());
            fresh.commit();
        }
        complete();
    }

    private String seenByNewSessions(String column) {
        try (Session fresh = new Database(pair.source()::endpoint).open("application")) {
            fresh.execute("RESET search_path");
            return fresh.text("SELECT count(" + new Identifier(column).sql() + ")::text FROM persons WHERE id = 5");
        }
    }

    @Test
    void aSwitchGivesNewSessionsTheNewVersionAndBackTheOldOne() {
        change.switchForward();
        assertThat(change.status()).containsEntry("state", "switched");
        assertThat(seenByNewSessions("remark")).isEqualTo("1");

        change.switchBack();
        assertThat(change.status()).containsEntry("state", "ready");
        assertThat(seenByNewSessions("note")).isEqualTo("1");

        change.switchForward();
        change.rollback();
        assertThat(seenByNewSessions("note")).isEqualTo("1");
        assertThat(pair.atSource()
                        .number("SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d"
                                + " ON d.oid = s.setdatabase WHERE d.datname = current_database()"))
                .isZero();
    }
}
