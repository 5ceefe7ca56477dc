package godwit.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.RealPace;
import godwit.run.throttle.Valve;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A chunk whose server goes away while its rows flow fails at once, and is copied by whoever comes next. */
@ExtendWith(Servers.class)
class BrokenCopyTest {
    private static final String FLOWING = """
            SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'godwit copy' AND query LIKE 'COPY %'
              AND datname = current_database()""";

    private static final String END = """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE application_name = 'godwit copy' AND datname = current_database()""";

    private final Pair pair;
    private final Valve valve = new Valve(new RealPace(), 1);
    private final TableCopies copies;

    BrokenCopyTest(Pair pair) {
        this.pair = pair;
        pair.both("CREATE TABLE t (id int PRIMARY KEY, v text)")
                .source("INSERT INTO t SELECT i, repeat(md5(i::text), 60) FROM generate_series(1, 20000) i");
        this.copies = copies(UUID.randomUUID());
    }

    private TableCopies copies(UUID run) {
        var ledger = new godwit.postgres.ledger.PostgresLedger(pair.atTarget());
        ledger.create();
        ledger.begin(run, pair.name(), "");
        return new TableCopies(
                run, Specs.large(pair.name()), pair.source(), pair.target(), new Exemption("test"), valve);
    }

    private CompletableFuture<Void> copy() {
        return Beside.run(() -> copies.copy(Pair.tables(pair.source()), table -> {}));
    }

    private Database database(Side side) {
        return side == Side.SOURCE ? pair.source() : pair.target();
    }

    @ParameterizedTest
    @EnumSource
    void aChunkWhoseConnectionBreaksFailsAtOnce(Side side) {
        valve.limit(500);
        var copying = copy();
        try (var judge = database(side).open("test")) {
            await().until(() -> judge.is(FLOWING));
            assertThat(judge.number(END)).isPositive();
        }
        valve.limit(0);

        await().atMost(Duration.ofSeconds(10)).until(copying::isDone);
        assertThat(copying.handle((done, failure) -> failure).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        GodwitException.class, e -> assertThat(e.retry()).isEqualTo(Retry.LATER));
        copy().join();
        pair.assertSame();
    }
}
