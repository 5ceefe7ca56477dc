package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.file.MigrationFile;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.run.RealPace;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the rows that are there are filled, and that both versions of all of them belong together. */
@ExtendWith(Servers.class)
class BackfillTest {
    private static final String MIGRATION = """
            operations:
              - alter_column: {table: t, column: b, type: text, up: "upper(b) || '?'", down: "lower(rtrim(b, '?'))"}
              - add_column: {table: t, column: {name: c, type: json, nullable: true}, up: "json_build_object('b', b)"}
            """;

    private final Pair pair;

    BackfillTest(Pair pair) {
        this.pair = pair;
    }

    private SchemaChange change(int workers, long rowsPerSecondMax) {
        return new SchemaChange(
                pair.source(),
                MigrationFile.parse(MIGRATION, Path.of("02_x.yaml")),
                new MigrationText("02_x.yaml", MIGRATION),
                List.of(),
                new Identifier("public"),
                ChangeConduct.of("test", new RealPace()).filling(workers, rowsPerSecondMax));
    }

    private void table(String key, int rows) {
        pair.source("CREATE TABLE t (a int%s, b text); INSERT INTO t SELECT i, 'b' || i FROM generate_series(1, %d) i"
                .formatted(key, rows));
    }

    private List<String> read(String sql) {
        return Reach.rows(pair.atSource(), sql);
    }

    /** By a key, and by its pages where a table has none. */
    @ParameterizedTest
    @ValueSource(strings = {" PRIMARY KEY", ""})
    void severalSessionsFillEachRowOnce(String key) {
        table(key, 40_000);

        var report = change(3, 0).start(Stopping.never());

        assertThat(report).containsEntry("state", "ready").containsEntry("rowsFilled", 40_000L);
        assertThat(read("SELECT count(*)::text FROM public_02_x.t WHERE b = 'B' || a || '?' AND c ->> 'b' = b"))
                .containsExactly("40000");
        assertThat(read("SELECT count(*)::text FROM godwit.backfill_range")).containsExactly("0");
        assertThat(change(3, 0).complete(Duration.ofMillis(50))).containsEntry("state", "completed");
    }

    /** Rows of a table without a key move to other pages while they are written. */
    @Test
    void rowsThatMoveMeanwhileAreFilledToo() {
        table("", 20_000);
        var change = change(1, 20_000);
        var writer = Thread.ofPlatform().start(() -> {
            try (var client = Pair.application(pair.source())) {
                IntStream.range(0, 60)
                        .forEach(i -> client.execute("UPDATE public.t SET b = 'moved' || a WHERE a % 60 = " + i));
            }
        });

        change.start(Stopping.never());

        join(writer);
        assertThat(change.verify()).containsEntry("rowsCompared", 20_000L).containsEntry("differences", 0L);
        assertThat(read("SELECT count(*)::text FROM public_02_x.t WHERE b = 'MOVED' || a || '?'"))
                .containsExactly("20000");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noMoreRowsAreFilledInASecondThanAreAllowed() {
        table(" PRIMARY KEY", 6_000);
        var began = System.nanoTime();

        change(2, 2_000).start(Stopping.never());

        // The rows of a second may be filled at once.
        assertThat(System.nanoTime() - began)
                .isGreaterThan(Duration.ofSeconds(1).toNanos());
    }

    /** What both versions write belongs together; what only looks so is found by its key, and nothing of it is told. */
    @Test
    void rowsWhoseVersionsDoNotBelongTogetherAreFound() {
        table(" PRIMARY KEY", 5_000);
        var change = change(2, 0);
        change.start(Stopping.never());
        pair.source(
                "UPDATE public.t SET b = 'old' WHERE a = 1; UPDATE public_02_x.t SET b = 'New!' WHERE a = 2;"
                        + " INSERT INTO public_02_x.t (a, b) VALUES (5001, 'Anything'); INSERT INTO public.t (a, b) VALUES (5002, NULL)");

        assertThat(change.verify()).containsEntry("rowsCompared", 5_002L).containsEntry("differences", 0L);

        pair.source("ALTER TABLE public.t DISABLE TRIGGER ALL; UPDATE public.t SET b = 'secret' WHERE a IN (7, 4999)");
        var found = change.verify();
        assertThat(found).containsEntry("differences", 2L);
        assertThat(found.get("tables")).asString().contains("{a=7}", "{a=4999}").doesNotContain("secret");
        pair.source("UPDATE public.t SET b = 'b7' WHERE a = 7; UPDATE public.t SET b = 'b4999' WHERE a = 4999");
        assertThat(change.verify()).containsEntry("differences", 0L);
        assertThat(change.rollback()).containsEntry("state", "rolled back");
    }

    /** They are about what clients write; a rollback could not take back what they did. */
    @Test
    void peoplesTriggersDoNotSeeRowsBeingFilled() {
        table(" PRIMARY KEY", 500);
        pair.source("""
                CREATE TABLE seen (a int); CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN INSERT INTO public.seen VALUES (new.a); RETURN NULL; END';
                CREATE TRIGGER sees AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION see()""");
        assertThat(change(2, 0).plan().findings()).isEmpty();

        change(2, 0).start(Stopping.never());

        assertThat(read("SELECT count(*)::text FROM seen")).containsExactly("0");
        pair.source("UPDATE public.t SET b = 'x' WHERE a = 1; UPDATE public_02_x.t SET b = 'y' WHERE a = 2");
        assertThat(read("SELECT a::text FROM seen ORDER BY 1")).containsExactly("1", "2");
        change(2, 0).rollback();
        pair.source("ALTER TABLE t ENABLE ALWAYS TRIGGER sees");
        assertThat(change(2, 0).plan().findings())
                .extracting(finding -> finding.code() + finding.objects())
                .containsExactly("triggers-fire[sees]");
    }
}
