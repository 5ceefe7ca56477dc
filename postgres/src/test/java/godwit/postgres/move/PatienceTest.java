package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Servers.class)
class PatienceTest {
    private final Pair pair;
    private final AtomicInteger tries = new AtomicInteger();

    PatienceTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY)");
    }

    @Test
    void aSessionThatHasEndedIsNotTriedAgain() {
        try (var session = new Database(pair.source()::endpoint).open("patient")) {
            pair.atSource().execute("SELECT pg_terminate_backend(?, 10000)", session.pid());

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(() -> Patience.retry(session, () -> {
                        tries.incrementAndGet();
                        return session.number("SELECT count(*) FROM public.t");
                    }));
        }
        assertThat(tries).hasValue(1);
    }

    @Test
    void aLockIsAskedForAgain() {
        try (var holding = new Database(pair.source()::endpoint).open("holding");
                var session = new Database(pair.source()::endpoint).open("patient")) {
            holding.begin();
            holding.execute("LOCK TABLE public.t");
            session.execute("SET lock_timeout = '10ms'");

            var found = Patience.retry(session, () -> {
                if (tries.incrementAndGet() == 3) {
                    holding.rollback();
                }
                return session.number("SELECT count(*) FROM public.t");
            });

            assertThat(found).isZero();
        }
        assertThat(tries).hasValue(3);
    }

    /** A writer that came behind a turn would wait as long as it takes. */
    @Test
    void turnsForALockAreShortAndFarBetween() {
        try (var holding = new Database(pair.source()::endpoint).open("holding");
                var session = new Database(pair.source()::endpoint).open("patient")) {
            holding.begin();
            holding.execute("INSERT INTO public.t VALUES (1)");
            var waits = new ArrayList<Long>();
            var began = System.nanoTime();

            Patience.inTurns(session, () -> {
                var asked = System.nanoTime();
                if (waits.size() == 2) {
                    holding.rollback();
                }
                try {
                    return session.transaction(s -> s.execute("LOCK TABLE public.t IN SHARE ROW EXCLUSIVE MODE"));
                } finally {
                    waits.add(System.nanoTime() - asked);
                }
            });

            var waited = waits.stream().limit(2).mapToLong(Long::longValue).sum();
            assertThat(waited).isLessThan((System.nanoTime() - began) / 4);
        }
    }

    /** An autovacuum lasts for hours on a big table, and gives way only to those who wait for it long enough. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAutovacuumGivesWay(boolean isSuperuser) {
        var settings = EmbeddedSettings.of(17).withoutFsync().with("autovacuum_naptime", "1s");
        try (var server = EmbeddedPostgres.start(settings);
                var admin = database(server, "postgres").open("admin")) {
            admin.execute("CREATE ROLE patient LOGIN");
            admin.execute(
                    "CREATE TABLE public.slow (id int, filler text) WITH (autovacuum_vacuum_cost_delay = 100,"
                            + " autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)");
            admin.execute("ALTER TABLE public.slow OWNER TO patient");
            admin.execute("INSERT INTO public.slow SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n");
            admin.execute("DELETE FROM public.slow WHERE id % 2 = 0");
            await().until(() -> admin.is("SELECT count(*) > 0 FROM pg_locks WHERE relation = 'public.slow'::regclass"
                    + " AND mode = 'ShareUpdateExclusiveLock'"));

            try (var session =
                    database(server, isSuperuser ? "postgres" : "patient").open("patient")) {
                Patience.inTurns(session, () -> {
                    tries.incrementAndGet();
                    return session.transaction(s -> s.execute("LOCK TABLE public.slow IN SHARE ROW EXCLUSIVE MODE"));
                });
            }
        }
        assertThat(tries.get()).isLessThanOrEqualTo(isSuperuser ? 1 : 2);
    }

    private static Database database(EmbeddedPostgres server, String role) {
        return new Database(() -> new Endpoint("127.0.0.1", server.port(), "postgres", role, "", Map.of()));
    }
}
