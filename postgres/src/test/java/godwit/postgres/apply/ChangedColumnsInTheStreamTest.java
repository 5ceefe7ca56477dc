package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns that change at the source while rows stream: told by name before anything is applied by the old ones. */
@ExtendWith(Servers.class)
class ChangedColumnsInTheStreamTest {
    private final Pair pair;

    ChangedColumnsInTheStreamTest(Pair pair) {
        this.pair = pair;
    }

    /** Rows whose values are their numbers are written from before a statement until after it. */
    private void changedWhileRowsStream(Following following, String sql) {
        var stopped = new AtomicBoolean();
        try (var session = Pair.application(pair.source())) {
            var writing = Beside.run(() -> {
                for (var id = 1; !stopped.get(); id++) {
                    session.execute("INSERT INTO t (id, v) VALUES (%d, %d)".formatted(id, id));
                }
            });
            await().until(() -> pair.atTarget().is("SELECT EXISTS (SELECT FROM t)"));
            pair.source(sql);
            var rows = pair.atSource().number("SELECT max(id) FROM t");
            await().until(() -> pair.atSource().is("SELECT max(id) > ? FROM t", rows + 10) || following.hasFailed());
            stopped.set(true);
            writing.handle((done, failure) -> true).join();
        }
    }

    private void tells(Following following, String message) {
        assertThatThrownBy(following::catchUp).isInstanceOfSatisfying(GodwitException.class, e -> {
            assertThat(e.problem().code()).isEqualTo("source-schema-changed");
            assertThat(e.problem().message()).contains(message);
            assertThat(e.problem().objects()).containsExactly("public.t");
        });
    }

    @ParameterizedTest
    @CsvSource({"integer, bigint", "bigint, double precision", "'numeric(10,2)', 'numeric(12,1)'"})
    void aColumnsNewTypeIsToldBeforeItsValuesAreApplied(String before, String after) {
        pair.both("CREATE TABLE t (id int PRIMARY KEY, v %s)".formatted(before));
        try (var following = Following.of(pair)) {
            changedWhileRowsStream(following, "ALTER TABLE t ALTER v TYPE " + after);

            tells(following, "column v of public.t is of type %s now; the move began with %s".formatted(after, before));
        }
        assertThat(pair.atTarget().number("SELECT count(*) FROM t WHERE v <> id"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD w int DEFAULT 1",
                "ALTER TABLE t DROP w",
                "BEGIN; ALTER TABLE t RENAME w TO x; COMMIT",
                "BEGIN; ALTER TABLE t RENAME w TO x; ALTER TABLE t RENAME v TO w; ALTER TABLE t RENAME x TO v; COMMIT"
            })
    void aColumnThatIsAddedDroppedOrRenamedIsTold(String sql) {
        pair.both("CREATE TABLE t (id int PRIMARY KEY, v int%s)".formatted(sql.contains("ADD") ? "" : ", w int"));
        try (var following = Following.of(pair)) {
            changedWhileRowsStream(following, sql);

            tells(following, "The columns of public.t are not those");
        }
        assertThat(pair.atTarget().number("SELECT count(*) FROM t WHERE v <> id"))
                .isZero();
    }

    @Test
    void aTypeThatWasMadeAnewUnderItsNameIsTheSame() {
        pair.both("CREATE TYPE mood AS ENUM ('low'); CREATE TABLE t (id int PRIMARY KEY, v mood)");
        try (var following = Following.of(pair)) {
            pair.source("INSERT INTO t VALUES (1, 'low')");
            following.catchUp();
            pair.source("""
                    ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('low');
                    ALTER TABLE t ALTER v TYPE mood USING v::text::mood; DROP TYPE old; INSERT INTO t VALUES (2, 'low')""");

            following.catchUp();

            pair.assertSame();
        }
    }
}
