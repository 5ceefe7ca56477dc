package godwit.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.cli.live.Standing.Lag;
import godwit.cli.live.Standing.TableStanding;
import godwit.run.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrawingTest {
    private static final long SECOND = 1_000_000_000L;

    private final Drawing drawing = new Drawing(new Terminal(true, 80, 24, false));

    @Test
    void whileRowsAreCopiedThePercentageTheSpeedAndTheTimeLeftAreTold() {
        drawing.lines(filling(0), 0);

        var lines = drawing.lines(filling(250_000), SECOND);

        assertThat(lines)
                .containsExactly(
                        "filling     25 %   250,000 of 1,000,000 rows   250,000/s   3 s left",
                        "  public.t  ######..................  250,000 of about 1,000,000");
    }

    @Test
    void theReasonForWaitingIsTold() {
        var waiting = new Standing(Phase.READY, "ready", List.of(), new Lag(2048, 0.5), "replica lag", true);

        assertThat(drawing.lines(waiting, 0))
                .containsExactly("ready      in step: 0.5 s, 2.0 kB behind   waiting: replica lag");
    }

    @Test
    void aReasonThatIsTooLongForTheLineHasOneOfItsOwn() {
        var reason = "activeSessionsMax is 40, and 57 sessions are at work on the source";
        var waiting = new Standing(Phase.READY, "ready", List.of(), new Lag(2048, 0.5), reason, true);

        assertThat(drawing.lines(waiting, 0))
                .containsExactly("ready      in step: 0.5 s, 2.0 kB behind", "  waiting: " + reason);
    }

    @Test
    void thatNobodyFollowsIsToldInPlaceOfWhatAWorkerWouldDo() {
        var left = new Standing(Phase.READY, "ready", List.of(), new Lag(2_000_000, 400), "none", false);
        var silent = new Standing(Phase.READY, "ready", List.of(), Lag.UNKNOWN, "none", false);

        assertThat(drawing.lines(left, 0)).containsExactly("ready      nobody follows; 7 min, 2.0 MB behind");
        assertThat(drawing.lines(silent, 0)).containsExactly("ready      nobody follows; how far behind is not known");
    }

    @Test
    void rowsOfATableThatTheServerHasNoEstimateOfAreToldAsTheyCome() {
        var table = new TableStanding("public.t", 500, 500, false);
        var unknown = new Standing(Phase.FILLING, "filling", List.of(table), new Lag(0, 0), "none", true);

        assertThat(drawing.lines(unknown, 0))
                .containsExactly(
                        "filling    500 rows so far   0/s", "  public.t  #######################.  500 so far");
    }

    @Test
    void aLineThatIsTooLongIsBrokenBetweenWordsUnderItsText() {
        assertThat(Words.broken("error    one two three four", 20))
                .containsExactly("error    one two", "         three four");
        assertThat(Words.broken("  a-word-without-an-end-that-is-too-long", 20))
                .containsExactly("  a-word-without-an-end-that-is-too-long");
    }

    private static Standing filling(long rows) {
        var table = new TableStanding("public.t", rows, 1_000_000, false);
        return new Standing(Phase.FILLING, "filling", List.of(table), new Lag(0, 0), "none", true);
    }
}
