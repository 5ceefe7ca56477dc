package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.ledger.PostgresLedger;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tables are made with their gates, so that nobody writes before one is there. Keys that are made in two parts, of which a worker that was
 * killed has made one, or an older Godwit both at once, are made whole.
 */
@ExtendWith(Servers.class)
class ExpansionTest {
    private final Pair pair;
    private final Expansion expansion;
    private final List<SchemaObject> objects;
    private final SchemaObject key;

    ExpansionTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int, v int, CONSTRAINT k PRIMARY KEY (id) INCLUDE (v) DEFERRABLE)");
        var context = new MoveContext(UUID.randomUUID(), Specs.spec(pair.name(), 1), pair.source(), pair.target());
        new PostgresLedger(pair.atTarget()).create();
        this.expansion = new Expansion(context);
        this.objects = new SourceCatalog(context).toMake();
        this.key = objects.stream()
                .filter(object -> object.kind().equals("primary key"))
                .findFirst()
                .orElseThrow();
        expansion.build(objects);
    }

    private void assertLikeTheSource() {
        var definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'k'";
        assertThat(pair.atTarget().text(definition)).isEqualTo(pair.atSource().text(definition));
        assertThat(pair.atTarget().text(definition)).contains("INCLUDE (v)", "DEFERRABLE");
    }

    @Test
    void whoeverSeesATableSeesItsGate() {
        var gates = "SELECT count(*) FROM pg_trigger g JOIN pg_attribute a ON a.attrelid = g.tgrelid"
                + " WHERE g.tgrelid = 'public.t'::regclass AND g.tgenabled = 'A' AND a.attname = 'id' AND a.xmin = g.xmin";
        assertThat(pair.atTarget().number(gates)).isEqualTo(1);
    }

    @Test
    void theConstraintIsPutOnAnIndexThatIsThere() {
        expansion.makeIndex(key.parts().getFirst(), 1);
        assertThat(expansion.unmade(List.of(key))).containsExactly(key);

        expansion.make(objects, object -> object.equals(key));

        assertLikeTheSource();
        assertThat(expansion.unmade(List.of(key))).isEmpty();
    }

    @Test
    void whatWasMadeWholeIsNotMadeAgain() {
        key.create().forEach(pair.atTarget()::execute);
        LiveMove.intrude(
                pair.atTarget(),
                "INSERT INTO godwit.made (run, kind, identity, undo) SELECT run, 'primary key', 'k on public.t', ''"
                        + " FROM godwit.made LIMIT 1");

        assertThat(expansion.unmade(List.of(key))).isEmpty();
        expansion.make(objects, object -> object.equals(key));

        assertLikeTheSource();
    }
}
