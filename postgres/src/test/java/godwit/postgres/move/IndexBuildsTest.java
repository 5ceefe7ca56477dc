package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaPhase;
import godwit.run.RealPace;
import godwit.run.throttle.Valve;
import godwit.schema.ReplicaIdentity;
import godwit.schema.RowSelection;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class IndexBuildsTest {
    private static final Map<TableName, Long> COSTS =
            Map.of(index("small"), 1L, index("middle"), 4L, index("large"), 10L);

    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    private static TableName index(String name) {
        return TableName.of("public", name);
    }

    private static Table table(String name, long bytes) {
        return new Table(index(name), List.of(), List.of(), ReplicaIdentity.KEY, bytes, 1, RowSelection.ALL);
    }

    private static SchemaObject building(String name) {
        return new SchemaObject(
                "index",
                "public." + name,
                SchemaPhase.AFTER_TABLE,
                Optional.of(index("t")),
                List.of("CREATE INDEX " + name),
                "DROP INDEX " + name,
                SchemaObject.Maker.ANYBODY,
                Optional.empty(),
                Optional.of(index(name)));
    }

    /** Notes what is built. */
    private final class Noting implements IndexBuilds.Builder {
        @Override
        public void build(SchemaObject index, int parallel) {
            done.add(index.identity() + " " + parallel);
        }

        @Override
        public void built(Table table, Executor beside) {
            done.add("built " + table.name());
        }

        @Override
        public void abandon() {
            done.add("abandoned");
        }
    }

    private IndexBuilds builds(int workers, List<Table> tables) {
        return new IndexBuilds(new Noting(), new Valve(new RealPace(), 1), workers, tables, COSTS);
    }

    @Test
    void theCostliestIsBuiltFirstAndTheTableIsToldOfWhenAllAre() {
        var table = table("t", 100);
        try (var builds = builds(1, List.of(table))) {
            builds.add(table, List.of(building("small"), building("large"), building("middle")));
            builds.await();
        }
        assertThat(done).containsExactly("public.large 0", "public.middle 0", "public.small 0", "built public.t");
    }

    @Test
    void oneThatWouldBeLastGetsAWorkerOfTheServers() {
        var table = table("t", 100);
        try (var builds = builds(2, List.of(table))) {
            builds.add(table, List.of(building("small"), building("large"), building("middle")));
            builds.await();
        }
        assertThat(done).contains("public.large 1").anyMatch(built -> built.startsWith("public.middle"));
    }

    @Test
    void oneThatIsBuiltAloneGetsAllThatTheOthersLeave() {
        var table = table("t", 100);
        var little = table("little", 1);
        try (var builds = builds(4, List.of(table, little))) {
            builds.add(table, List.of(building("large")));
            builds.await();
        }
        assertThat(done).containsExactly("public.large 3", "built public.t");
    }

    @Test
    void whileMuchIsStillCopiedNoneGetsAny() {
        var table = table("t", 100);
        var other = table("other", 50);
        try (var builds = builds(2, List.of(table, other))) {
            builds.add(table, List.of(building("large")));
            builds.await();
        }
        assertThat(done).containsExactly("public.large 0", "built public.t");
    }

    @Test
    void aTableWithoutIndexesIsToldOfToo() {
        var table = table("t", 100);
        try (var builds = builds(2, List.of(table))) {
            builds.add(table, List.of());
            builds.await();
        }
        assertThat(done).containsExactly("built public.t");
    }

    @Test
    void aBuildThatFailsIsNotHeldForDone() {
        var table = table("t", 100);
        var failing = new IndexBuilds.Builder() {
            @Override
            public void build(SchemaObject index, int parallel) {
                throw new IllegalStateException("no room");
            }

            @Override
            public void built(Table built, Executor beside) {
                done.add("built");
            }

            @Override
            public void abandon() {
                done.add("abandoned");
            }
        };
        try (var builds = new IndexBuilds(failing, new Valve(new RealPace(), 1), 1, List.of(table), COSTS)) {
            builds.add(table, List.of(building("large")));

            assertThatThrownBy(builds::await).hasMessage("no room");
        }
        assertThat(done).doesNotContain("built");
    }

    @Test
    void aBuildThatGoesOnIsEndedWhenAnotherFails() {
        var table = table("t", 100);
        var abandoned = new CountDownLatch(1);
        var failing = new IndexBuilds.Builder() {
            @Override
            public void build(SchemaObject index, int parallel) {
                if (index.identity().equals("public.large")) {
                    throw new IllegalStateException("no room");
                }
                // As a statement does that is heard of only when it ends.
                await().atMost(Duration.ofSeconds(60)).until(() -> abandoned.getCount() == 0);
                done.add("ended");
            }

            @Override
            public void built(Table built, Executor beside) {
                done.add("built");
            }

            @Override
            public void abandon() {
                abandoned.countDown();
            }
        };
        assertThatThrownBy(() -> {
                    try (var builds =
                            new IndexBuilds(failing, new Valve(new RealPace(), 1), 2, List.of(table), COSTS)) {
                        builds.add(table, List.of(building("large"), building("small")));
                        builds.await();
                    }
                })
                .hasMessage("no room");
        assertThat(abandoned.getCount()).isZero();
        assertThat(done).doesNotContain("built");
    }

    @Test
    void whatIsMoreThanAnIndexIsMadeInTwoParts() {
        var key = new SchemaObject(
                "primary key",
                "k on public.t",
                SchemaPhase.AFTER_TABLE,
                Optional.of(index("t")),
                List.of("CREATE UNIQUE INDEX k", "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX k"),
                "ALTER TABLE t DROP CONSTRAINT k",
                SchemaObject.Maker.ANYBODY,
                Optional.empty(),
                Optional.of(index("k")));

        assertThat(key.parts())
                .extracting(SchemaObject::kind, SchemaObject::create, SchemaObject::drop)
                .containsExactly(
                        tuple(
                                "built primary key",
                                List.of("CREATE UNIQUE INDEX k"),
                                "DROP INDEX IF EXISTS \"public\".\"k\""),
                        tuple(
                                "primary key",
                                List.of("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX k"),
                                "ALTER TABLE t DROP CONSTRAINT k"));
        assertThat(building("small").parts()).containsExactly(building("small"));
    }
}
