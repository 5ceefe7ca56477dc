package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class EchoTest {
    private static final String TABLES = """
            CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE k (v int); ALTER TABLE k REPLICA IDENTITY FULL""";

    private final Pair pair;

    EchoTest(Pair pair) {
        this.pair = pair;
    }

    @Test
    void whatIsAppliedInOneDirectionDoesNotComeBackInTheOther() {
        pair.both(TABLES);
        var run = UUID.randomUUID();
        try (var there = Following.prepare(pair.source(), pair.target(), new StreamProgress(run, "forward")).open();
                var back = Following.prepare(pair.target(), pair.source(), new StreamProgress(run, "backward")).open()) {
            pair.source("INSERT INTO t VALUES (1, 1); INSERT INTO k VALUES (1), (1)");
            there.catchUp();
            back.catchUp();
            pair.target("INSERT INTO t VALUES (2, 2); INSERT INTO k VALUES (2); UPDATE t SET v = 5 WHERE id = 1");
            back.catchUp();
            there.catchUp();

            pair.assertSame();
            assertThat(there.applier().state().transactions()).isEqualTo(1);
            assertThat(back.applier().state().transactions()).isEqualTo(1);
        }
    }

    @Test
    @SuppressWarnings("ArgumentSelectionDefectChecker") // The second move begins where the first one ends.
    void whatAnotherRunAppliesIsFollowedLikeAnyWrite() {
        pair.both(TABLES);
        pair.source("CREATE SCHEMA beside");
        try (var first = Following.prepare(pair.source(), pair.target(), progress()).open();
                var next = new Pair(pair.targetServer(), pair.sourceServer())) {
            next.target(TABLES);
            try (var second = Following.prepare(pair.target(), next.target(), progress()).open()) {
                pair.source("INSERT INTO t VALUES (1, 1); INSERT INTO k VALUES (1), (1)");
                first.catchUp();
                second.catchUp();

                assertThat(Pair.rows(next.target())).isEqualTo(Pair.rows(pair.source()));
            }
        }
    }

    private static StreamProgress progress() {
        return new StreamProgress(UUID.randomUUID(), "forward");
    }

    @Test
    void aListeningStreamAppliesNothingAndCountsForeignWriters() {
        pair.both(TABLES);
        var run = UUID.randomUUID();
        try (var there = Following.prepare(pair.source(), pair.target(), new StreamProgress(run, "forward")).open();
                var back = Following.prepare(pair.target(), pair.source(), new StreamProgress(run, "backward"))
                        .openListening()) {
            pair.source("INSERT INTO t VALUES (1, 1)");
            there.catchUp();
            back.catchUp();
            assertThat(back.applier().state().foreign()).isZero();

            pair.target("INSERT INTO t VALUES (9, 9)");

            await().until(() -> back.applier().state().foreign() == 1);
            assertThat(pair.atSource().number("SELECT count(*) FROM t")).isEqualTo(1);
        }
    }

    @Test
    void aListeningStreamAppliesFromThePositionAtWhichTheWritesCome() {
        pair.both(TABLES);
        try (var back = Following.prepare(pair.target(), pair.source(), progress()).openListening()) {
            pair.target("INSERT INTO t VALUES (1, 1)");
            var position = godwit.move.Lsn.parse(
                    pair.atTarget().text("SELECT pg_logical_emit_message(true, 'here', '')::text"));
            back.applier().applyFrom(position);

            pair.target("INSERT INTO t VALUES (2, 2)");
            back.catchUp();

            assertThat(pair.atSource().query("SELECT id FROM t", row -> row.getInt(1))).containsExactly(2);
        }
    }
}
