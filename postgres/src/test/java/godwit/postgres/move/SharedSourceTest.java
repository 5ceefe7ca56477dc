package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.postgres.gate.Gate;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A source in which others live is not made read only by the end of one move. */
@ExtendWith(Servers.class)
class SharedSourceTest {
    private final Pair pair;

    SharedSourceTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE stays (id int PRIMARY KEY)");
    }

    private void complete(MoveSpec spec) {
        try (var move = LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY)) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            assertThat(move.ask(Verb.COMPLETE))
                    .isInstanceOfSatisfying(
                            Outcome.Done.class,
                            done -> assertThat(done.result().toString()).contains("sealed=false", "gateStays=true"));
        }
        assertThatThrownBy(() -> pair.source("INSERT INTO t VALUES (1)")).hasMessageContaining("25006");
    }

    @Test
    void tablesThatDoNotMoveGoOnAndSoDoTheirSessions() {
        try (var client = Pair.application(pair.source())) {
            client.execute("INSERT INTO stays VALUES (1)");

            complete(LiveMove.selecting(
                    Specs.spec(pair.name(), 1),
                    new MoveSpec.TableSelection(List.of(TableName.of("public", "t")), List.of()),
                    Map.of()));

            client.execute("INSERT INTO stays VALUES (2)");
        }
    }

    @Test
    void anotherRunGoesOn() {
        try (var owner = Pair.application(pair.source())) {
            new Gate(UUID.randomUUID(), Side.SOURCE).create(owner, "word", 5);

            complete(Specs.spec(pair.name(), 1));

            assertThat(owner.text("SHOW default_transaction_read_only")).isEqualTo("off");
        }
    }
}
