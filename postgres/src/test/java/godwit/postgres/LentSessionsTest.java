package godwit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that are handed from one to the next. */
@ExtendWith(Servers.class)
class LentSessionsTest {
    private final Pair pair;
    private final Database database;

    LentSessionsTest(Pair pair) {
        this.pair = pair;
        this.database = new Database(pair.source()::endpoint);
    }

    @Test
    void theNextFindsNothingOfTheOneBefore() {
        int pid;
        try (var first = database.borrowApplyingBriefly("first", new Exemption("abc"))) {
            pid = first.pid();
            first.execute("CREATE TEMP TABLE left_over (i int)");
            first.execute("SELECT pg_advisory_lock(42)");
            first.execute("SET lock_timeout = '700ms'");
            first.execute("SET ROLE pg_monitor");
        }
        assertThat(pair.atSource().is("SELECT pg_try_advisory_lock(42)"))
                .as("the lock is free before anybody takes the connection")
                .isTrue();
        try (var next = database.borrowBriefly("next")) {
            assertThat(next.pid()).isEqualTo(pid);
            assertThat(next.text("SELECT to_regclass('left_over')::text")).isEmpty();
            assertThat(next.text("SELECT current_user::text")).isNotEqualTo("pg_monitor");
            assertThat(next.text("SHOW session_replication_role")).isEqualTo("origin");
            assertThat(next.text("SELECT coalesce(current_setting('godwit.exempt', true), '')"))
                    .isEmpty();
            assertThat(next.text("SHOW application_name")).isEqualTo("godwit next");
            assertThat(next.text("SHOW lock_timeout")).isEqualTo("10s");
            assertThat(next.text("SHOW row_security")).isEqualTo("off");
            assertThat(next.text("SHOW search_path")).isEmpty();
        }
    }

    /** As ALTER ROLE … SET role does. */
    @Test
    void theNextHasTheRoleThatTheLoginTakes() {
        pair.source("ALTER DATABASE " + pair.name() + " SET role = pg_monitor");
        try (var first = database.borrowBriefly("first")) {
            assertThat(first.text("SELECT current_user::text")).isEqualTo("pg_monitor");
        }
        try (var next = database.borrowBriefly("next")) {
            assertThat(next.text("SELECT current_user::text")).isEqualTo("pg_monitor");
        }
    }

    @Test
    void whoeverHasClosedOneCannotTouchItsConnection() {
        var first = database.borrowBriefly("first");
        first.close();
        try (var next = database.borrowBriefly("next")) {
            assertThat(next.pid()).isEqualTo(first.pid());
            assertThatThrownBy(() -> first.text("SELECT 1")).isInstanceOf(GodwitException.class);
            first.abort();
            first.close();
            assertThat(next.number("SELECT 1")).isOne();
        }
    }

    @Test
    void whatFailedOrIsKnownByItsProcessIsNotHandedOn() {
        var failing = database.borrowBriefly("failing");
        assertThatExceptionOfType(GodwitException.class).isThrownBy(() -> failing.execute("SELECT 1 / 0"));
        failing.close();
        var open = database.borrowBriefly("open");
        assertThat(open.pid()).isNotEqualTo(failing.pid());
        open.begin();
        open.number("SELECT 1");
        open.close();
        var alone = database.borrowBriefly("alone");
        assertThat(alone.pid()).isNotEqualTo(open.pid());
        alone.keepAlone();
        alone.close();
        try (var next = database.borrowBriefly("next")) {
            assertThat(next.pid()).isNotEqualTo(alone.pid());
        }
    }

    @Test
    void oneThatTheServerEndedMeanwhileIsNotHandedOn() {
        var first = database.borrowBriefly("first");
        first.close();
        pair.atSource().execute("SELECT pg_terminate_backend(?)", first.pid());
        await().until(() ->
                pair.atSource().number("SELECT count(*) FROM pg_stat_activity WHERE pid = ?", first.pid()) == 0);
        try (var next = database.borrowBriefly("next")) {
            assertThat(next.pid()).isNotEqualTo(first.pid());
            assertThat(next.number("SELECT 1")).isOne();
        }
    }

    /** A password that expires, or a server that takes over: the next connection is made as the URL says now. */
    @Test
    void oneThatLeadsElsewhereIsNotHandedOn() {
        var now = new AtomicReference<>(pair.source().endpoint());
        var moving = new Database(now::get);
        try (var first = moving.borrowBriefly("first");
                var look = moving.look()) {
            assertThat(first.text("SELECT current_database()")).isEqualTo(pair.name());
            assertThat(look.text("SELECT current_database()")).isEqualTo(pair.name());
        }
        now.set(pair.target().endpoint());
        try (var next = moving.borrowBriefly("next");
                var look = moving.look()) {
            assertThat(next.text("SHOW server_version_num")).startsWith("17");
            assertThat(look.text("SHOW server_version_num")).startsWith("17");
        }
    }

    @Test
    void aDatabaseThatIsClosedKeepsNone() {
        var looking = database.look();
        var lent = database.borrowBriefly("lent");
        var held = database.borrowBriefly("held");
        var pids = new int[] {looking.pid(), lent.pid(), held.pid()};
        looking.close();
        lent.close();

        database.close();
        assertThat(held.number("SELECT 1")).isOne();
        held.close();

        await().until(() -> pair.atSource()
                        .number(
                                "SELECT count(*) FROM pg_stat_activity WHERE pid IN (?, ?, ?)",
                                pids[0],
                                pids[1],
                                pids[2])
                == 0);
    }

    @Test
    void allAreEndedAtOnce() {
        var first = database.borrowBriefly("first");
        first.close();
        database.abortAll();
        await().until(() ->
                pair.atSource().number("SELECT count(*) FROM pg_stat_activity WHERE pid = ?", first.pid()) == 0);
    }
}
