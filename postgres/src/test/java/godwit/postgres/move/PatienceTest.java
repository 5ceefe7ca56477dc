package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.postgres.Database;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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
}
