package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class TouchedRowsTest {
    private final Pair pair;

    TouchedRowsTest(Pair pair) {
        this.pair = pair;
    }

    @Test
    void keysAreKeptWithinSoManyBytesAndTheOthersCounted() {
        pair.both("CREATE TABLE t (id text PRIMARY KEY)");
        try (var following = Following.of(pair)) {
            var touched = following.applier().touched();
            touched.keepWithin(1 << 20);
            touched.begin(Map.of(), Map.of());

            pair.source("INSERT INTO t SELECT repeat(md5(i::text), 31) || i FROM generate_series(1, 3000) i");
            following.catchUp();

            assertThat(touched.kept()).isBetween(700, 1048);
            var taken = touched.take();
            assertThat(taken.size() + taken.unkept()).isEqualTo(3000);
        }
    }

    @Test
    void keysThatAreNumbersOfObjectsAreCountedOnly() {
        pair.both("CREATE TABLE t (id regclass PRIMARY KEY)");
        try (var following = Following.of(pair)) {
            var touched = following.applier().touched();
            touched.begin(Map.of(), Map.of());
            touched.proven();
            assertThat(touched.isProven()).isTrue();

            pair.source("INSERT INTO t VALUES ('t'), ('pg_class')");
            following.catchUp();

            assertThat(touched.kept()).isZero();
            assertThat(touched.take().unkept()).isEqualTo(2);
            assertThat(touched.isProven()).as("what was written is not known").isFalse();
            touched.proven();
            assertThat(touched.isProven()).isFalse();
        }
    }
}
