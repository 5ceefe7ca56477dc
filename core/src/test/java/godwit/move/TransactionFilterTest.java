package godwit.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.TransactionFilter.Verdict;
import godwit.schema.TableName;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransactionFilterTest {
    private static final TableName COPIED = TableName.of("public", "copied");
    private static final TableName OTHER = TableName.of("public", "other");
    private static final Lsn START = new Lsn(100);

    private final TransactionFilter filter =
            new TransactionFilter(START, Optional.of(START), Map.of(COPIED, Snapshot.parse("10:20:12")), 15);

    @Test
    void whatTheCopySawIsNotAppliedToThatTableAgain() {
        var seen = filter.begin(11, new Lsn(150));

        assertThat(seen.of(COPIED)).isEqualTo(Verdict.COPIED);
        assertThat(seen.of(OTHER)).isEqualTo(Verdict.APPLY);
    }

    /** A stream may stay open for longer than half the numbers last that the log names transactions by. */
    @Test
    void whatComesAfterMoreTransactionsThanANumberTellsApartIsApplied() {
        for (var xid = 20L; xid < 3L << 32; xid += 1L << 30) {
            var begun = filter.begin((int) xid, new Lsn(150));

            assertThat(begun.xid()).isEqualTo(xid);
            assertThat(begun.of(COPIED)).isEqualTo(Verdict.APPLY);
        }
    }

    @Test
    void whatRanWhileTheCopyBeganIsAppliedHoweverEarlyItCommitted() {
        assertThat(filter.begin(12, START).of(COPIED)).isEqualTo(Verdict.APPLY);
    }

    @Test
    void whatCommittedBeforeTheStartIsInAlready() {
        assertThat(filter.begin(30, new Lsn(99)).of(OTHER)).isEqualTo(Verdict.EARLIER);
    }

    @Test
    void godwitsOwnApplyingIsAnEchoWhereverItStands() {
        var echo = filter.begin(30, new Lsn(150));
        echo.markEcho();

        assertThat(echo.of(OTHER)).isEqualTo(Verdict.ECHO);
    }

    @Test
    void whileNothingIsAppliedAWriteIsForeignUnlessItIsInAlready() {
        filter.applyNothing();

        assertThat(filter.begin(30, new Lsn(150)).of(OTHER)).isEqualTo(Verdict.FOREIGN);
        assertThat(filter.begin(30, new Lsn(99)).of(OTHER)).isEqualTo(Verdict.EARLIER);
        assertThat(filter.begin(11, new Lsn(150)).of(COPIED)).isEqualTo(Verdict.COPIED);
    }

    @Test
    void afterASwitchOnlyWhatCommittedUnderItCounts() {
        filter.applyNothing();
        filter.applyFrom(new Lsn(200));

        assertThat(filter.begin(30, new Lsn(199)).of(OTHER)).isEqualTo(Verdict.EARLIER);
        assertThat(filter.begin(30, new Lsn(200)).of(OTHER)).isEqualTo(Verdict.APPLY);
    }
}
