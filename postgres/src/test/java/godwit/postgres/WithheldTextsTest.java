package godwit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import godwit.GodwitException;
import godwit.Retry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that users' own functions raise may quote rows, so nobody is told them. */
@ExtendWith(Servers.class)
class WithheldTextsTest {
    private final Pair pair;

    WithheldTextsTest(Pair pair) {
        this.pair = pair;
    }

    @ParameterizedTest
    @ValueSource(strings = {"P0001", "42501", "XX000", "23514", "57014", "22023"})
    void whatACheckRaisesIsNotTold(String code) {
        pair.target("CREATE FUNCTION fine(v text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                + "'bad name %', v USING ERRCODE = '" + code + "'; END $$; CREATE TABLE t (v text CHECK (fine(v)))");
        try (var session = pair.target().open("test")) {
            var failure = catchThrowableOfType(
                    GodwitException.class, () -> session.execute("INSERT INTO public.t VALUES ('secret')"));

            assertThat(failure.problem().toString()).contains(code, "withheld").doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @CsvSource({"SELECT * FROM absent, relation-missing, 42P01", "SELECT absent(1), database-error, 42883"})
    void whatTheServerSaysOfObjectsIsTold(String sql, String code, String state) {
        try (var session = pair.target().open("test")) {
            var failure = catchThrowableOfType(GodwitException.class, () -> session.execute(sql));

            assertThat(failure.problem().code()).isEqualTo(code);
            assertThat(failure.problem().message()).contains(state, "absent", "does not exist");
            assertThat(failure.retry()).isEqualTo(Retry.NEVER);
        }
    }

    @Test
    void aLockThatSomebodyElseHoldsIsNoError() {
        pair.target("CREATE TABLE t (id int)").target("BEGIN; LOCK TABLE t");
        try (var session = pair.target().open("test")) {
            session.execute("SET lock_timeout = '10ms'");
            var failure = catchThrowableOfType(GodwitException.class, () -> session.execute("TABLE public.t"));

            assertThat(failure.problem().code()).isEqualTo("lock-not-available");
            assertThat(failure.retry()).isEqualTo(Retry.LATER);
        }
        pair.target("COMMIT");
    }
}
