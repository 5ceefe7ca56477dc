package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.capture.Message;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.numbers.ObjectNumbers;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class StreamTablesTest {
    private static final int NEVER_DESCRIBED = 4711;
    private static final Message.Relation OTHERS =
            new Message.Relation(17, TableName.of("public", "others"), 'd', List.of());

    private final Pair pair;

    StreamTablesTest(Pair pair) {
        this.pair = pair;
    }

    /** To pass it over would be to lose it. */
    @Test
    void aChangeOfATableThatTheStreamHasNotDescribedIsNotPassedOver() {
        try (var numbers = new ObjectNumbers(pair.source(), pair.target());
                var join = RangeJoin.none(pair.source());
                var session = pair.target().open("test")) {
            var start = new StreamStart(
                    Side.SOURCE,
                    new StreamProgress(UUID.randomUUID(), "forward"),
                    Lsn.ZERO,
                    Optional.empty(),
                    List.of(),
                    Map.of(),
                    join,
                    0,
                    true,
                    numbers);
            var tables = new StreamTables(session, start);
            tables.describe(OTHERS);

            assertThat(tables.of(OTHERS.id())).isNull();
            for (var asked : List.of(tables, tables.within())) {
                assertThatThrownBy(() -> asked.of(NEVER_DESCRIBED))
                        .isInstanceOfSatisfying(
                                GodwitException.class,
                                e -> assertThat(e.retry()).isEqualTo(Retry.LATER))
                        .hasMessageContaining("not described");
            }
        }
    }
}
