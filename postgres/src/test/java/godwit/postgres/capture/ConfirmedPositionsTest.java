package godwit.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.Lsn;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the server was told is safe it never sends again: that is for whoever has written it to say. */
@ExtendWith(Servers.class)
class ConfirmedPositionsTest {
    /** More than a reader holds for those who are slow. */
    private static final String LARGE =
            "INSERT INTO t SELECT i, repeat(md5(i::text), 40) FROM generate_series(1, 45000) i";

    private final Pair pair;

    ConfirmedPositionsTest(Pair pair) {
        this.pair = pair;
    }

    @Test
    void nothingIsConfirmedWhileItIsOnlyReceived() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY, v text); ALTER TABLE t ALTER v SET STORAGE PLAIN");
        try (var slot = Slot.create(pair);
                var large = Pair.application(pair.source());
                var reader = slot.open(slot.from())) {
            large.begin();
            large.execute(LARGE);
            pair.source("INSERT INTO t VALUES (-1, 'written')");
            var written = nextCommit(reader);
            reader.confirm(written);
            pair.source("INSERT INTO t VALUES (-2, 'received')");
            large.commit();

            var received = nextCommit(reader);
            // The reader waits for room, asks the server every second whether it is there, and is answered.
            awaitHeard(slot, 3);
            nextCommit(reader);
            awaitHeard(slot, 2);

            assertThat(slot.confirmed()).isLessThan(received).isEqualTo(written);
        }
    }

    private static Lsn nextCommit(SlotReader reader) {
        while (true) {
            var message = reader.next(Duration.ofSeconds(20)).orElseThrow();
            if (message instanceof Message.Commit commit) {
                return commit.end();
            }
        }
    }

    private static void awaitHeard(Slot slot, int times) {
        for (var i = 0; i < times; i++) {
            var before = slot.heardAt();
            await().atMost(Duration.ofSeconds(30)).until(() -> slot.heardAt() > before);
        }
    }
}
