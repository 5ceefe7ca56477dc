package godwit.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.file.Layers;
import godwit.file.MoveFile;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MoveDigestTest {
    private static final String LEAST = "{kind: move, name: a, source: 'env:A', target: 'env:B'%s}";

    private static MoveDigest of(String more, Layers layers) {
        return MoveDigest.of(MoveFile.parse(LEAST.formatted(more), layers));
    }

    private static MoveDigest of(String more) {
        return of(more, Layers.none());
    }

    @Test
    void theKeysThatChangedAreNamedWhereverTheirValuesComeFrom() {
        var before = of(", exclude: [b, a], limits: {copyWorkers: 2}");

        assertThat(of(", exclude: [a, b], limits: {copyWorkers: 2}").changedSince(before))
                .isEmpty();
        assertThat(of(", exclude: [a], where: {c: 'x > 1'}, limits: {copyWorkers: 2}")
                        .changedSince(before))
                .containsExactly("exclude", "where");
        assertThat(of(", exclude: [a, b], limits: {copyWorkers: 2}", new Layers(Map.of("mode", "full"), Map.of()))
                        .changedSince(before))
                .containsExactly("mode");
    }

    @Test
    void itComesBackFromItsTextAndOfNoTextNothingIsKnown() {
        var digest = of(", leave: [x]");

        assertThat(MoveDigest.parse(digest.text())).isEqualTo(digest);
        assertThat(digest.changedSince(MoveDigest.parse(""))).isEmpty();
        assertThat(digest.text()).doesNotContain("env:");
    }

    @Test
    void everySettingOfAFileIsInIt() {
        assertThat(of("").keys().keySet())
                .containsAll(
                        MoveFile.defaults().stream().map(Layers.Origin::setting).toList());
    }
}
