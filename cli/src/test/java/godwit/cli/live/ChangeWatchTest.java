package godwit.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.change.ChangeStanding.Progress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeWatchTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none      | 0 | 0       | 0       | 0     | planned, and tried on a shadow of the database
            expanding | 1 | 0       | 0       | 0     | expanding  1 step done
            expanding | 2 | 500000  | 2000000 | 10000 | expanding  2 steps done, 500,000 of about 2,000,000 rows, 10,000/s, 3 min left
            expanding | 4 | 2000100 | 2000000 | 10000 | expanding  4 steps done, 2,000,100 of about 2,000,000 rows
            """)
    void howFarItIs(String state, long steps, long rows, long total, double perSecond, String line) {
        assertThat(ChangeWatch.line(new Progress(state, steps, rows, total), perSecond))
                .isEqualTo(line);
    }
}
