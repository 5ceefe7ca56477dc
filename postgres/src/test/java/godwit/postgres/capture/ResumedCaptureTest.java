package godwit.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.io.IOException;
import java.io.StringReader;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class ResumedCaptureTest {
    private final Pair pair;

    ResumedCaptureTest(Pair pair) {
        this.pair = pair;
    }

    @Test
    void eachTransactionArrivesOnceHoweverOftenTheConnectionIsCut() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY, v text)");
        try (var slot = Slot.create(pair)) {
            for (var i = 1; i <= 300; i++) {
                pair.source("INSERT INTO t VALUES (%d, repeat('x', 1000)), (%d, 'y')".formatted(i, -i));
            }
            slot.end();

            var taken = takenThroughCuts(slot, 300, 7);

            assertThat(inserts(taken)).isEqualTo(inserted(300));
        }
    }

    /** Takes so many transactions; the connection is cut in the middle of each seventh one, or so. */
    private static List<String> takenThroughCuts(Slot slot, int transactions, int cutEvery) {
        var taken = new ArrayList<String>();
        var position = slot.from();
        for (var count = 0; count < transactions; ) {
            try (var reader = slot.open(position)) {
                var transcript = new Transcript(reader);
                for (var here = 0; here < cutEvery && count < transactions; here++, count++) {
                    taken.addAll(transcript.transaction());
                    position = transcript.confirmable();
                    reader.confirm(position);
                }
                assertThat(reader.next(Duration.ofSeconds(10))).isPresent();
                slot.kill();
            }
            await().until(slot::isFree);
        }
        return taken;
    }

    private static List<String> inserts(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("insert"))
                .map(line -> line.replaceAll(",.*", ""))
                .toList();
    }

    private static List<String> inserted(int transactions) {
        return IntStream.rangeClosed(1, transactions)
                .boxed()
                .flatMap(i -> List.of("insert t(" + i, "insert t(-" + i).stream())
                .toList();
    }

    @Test
    void whatWasTakenButNotConfirmedArrivesAgain() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair)) {
            pair.source("INSERT INTO t VALUES (1)").source("INSERT INTO t VALUES (2)");
            slot.end();
            Lsn first;
            try (var reader = slot.open(slot.from())) {
                var transcript = new Transcript(reader);
                transcript.transaction();
                first = transcript.confirmable();
                transcript.transaction();
                reader.confirm(first);
            }
            await().until(slot::isFree);

            try (var reader = slot.open(first)) {
                assertThat(new Transcript(reader).untilEnd())
                        .contains("insert t(2)")
                        .doesNotContain("insert t(1)");
            }
        }
    }

    @Test
    void rowsOfOneCopyArriveOnceThroughACutInTheirMiddle() throws SQLException, IOException {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair)) {
            var rows = IntStream.rangeClosed(1, 1010).mapToObj(String::valueOf).collect(Collectors.joining("\n"));
            pair.atSource().copy().copyIn("COPY t FROM STDIN", new StringReader(rows));
            slot.end();
            try (var reader = slot.open(slot.from())) {
                for (var i = 0; i < 834; i++) {
                    assertThat(reader.next(Duration.ofSeconds(10))).isPresent();
                }
                slot.kill();
            }
            await().until(slot::isFree);

            assertThat(inserts(slot.read())).hasSize(1010).doesNotHaveDuplicates();
        }
    }

    @Test
    void aCutConnectionIsToldAfterWhatArrivedWasTaken() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair);
                var reader = slot.open(slot.from())) {
            slot.kill();

            assertThatThrownBy(() -> {
                        while (true) {
                            reader.next(Duration.ofMillis(100));
                        }
                    })
                    .isInstanceOf(GodwitException.class);
        }
    }

    @Test
    void aReaderWaitsForTheOneBeforeItToBeGone() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair)) {
            var before = slot.open(slot.from());
            var next = CompletableFuture.supplyAsync(() -> slot.open(slot.from()));
            // It connects again and again, and is refused the slot each time: the second connection is there for a
            // moment.
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> pair.atSource()
                                    .number(
                                            "SELECT count(*) FROM pg_stat_replication WHERE application_name ~ '^godwit'")
                            > 1);
            assertThat(next).isNotDone();
            before.close();

            next.join().close();
            await().until(slot::isFree);
        }
    }

    @Test
    void aSlotThatIsGoneIsNamed() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair)) {
            pair.source("SELECT pg_drop_replication_slot('" + pair.name() + "')");

            assertThatThrownBy(() -> slot.open(slot.from()))
                    .isInstanceOfSatisfying(
                            GodwitException.class,
                            e -> assertThat(e.problem().code()).isEqualTo("slot-lost"));
        }
    }

    @Test
    void aValueOfTwentyMegabytesPassesInBothForms() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY, b bytea)");
        try (var slot = Slot.create(pair)) {
            pair.source("INSERT INTO t SELECT 1, decode(repeat('00ff', 10 * 1024 * 1024), 'hex')");
            slot.end();

            assertThat(bytesOfFirstValue(slot.openBinary())).isEqualTo(20 << 20);
            await().until(slot::isFree);
            assertThat(bytesOfFirstValue(slot.open(slot.from()))).isEqualTo((40 << 20) + 2);
        }
    }

    private static int bytesOfFirstValue(SlotReader opened) {
        try (var reader = opened) {
            while (true) {
                var message = reader.next(Duration.ofSeconds(20)).orElseThrow();
                if (message instanceof Message.Insert insert) {
                    return insert.row().value(1).length;
                }
            }
        }
    }

    @Test
    void idlenessTellsHowFarEverythingHasArrived() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        try (var slot = Slot.create(pair);
                var reader = slot.open(slot.from())) {
            pair.source("INSERT INTO t VALUES (1)");
            var written = Lsn.parse(pair.atSource().text("SELECT pg_current_wal_flush_lsn()::text"));

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> reader.next(Duration.ofMillis(100))
                            .filter(message -> message instanceof Message.Idle idle
                                    && !idle.received().isBefore(written))
                            .isPresent());
        }
    }
}
