package godwit.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgOutputDecoderTest {
    private static final String STREAM_BEGIN = "S\0\0\0\7\1";

    /** Those of two-phase commit come only to a reader that asked for them. */
    @ParameterizedTest
    @ValueSource(strings = {"b", "P", "K", "r", "p", "X"})
    void aMessageOfAnUnknownKindIsNotPassedOver(String kind) {
        assertUnknown(new PgOutputDecoder(), kind, kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X", "K"})
    void noMoreThanOneWithinABlock(String kind) {
        var decoder = new PgOutputDecoder();
        decoder.decode(bytes(STREAM_BEGIN));

        assertUnknown(decoder, kind + "\0\0\0\7", kind);
    }

    private static void assertUnknown(PgOutputDecoder decoder, String message, String kind) {
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> decoder.decode(bytes(message)))
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo("unknown-stream-message");
                    assertThat(e.problem().message()).contains("kind " + kind);
                });
    }

    private static ByteBuffer bytes(String message) {
        return ByteBuffer.wrap(message.getBytes(StandardCharsets.ISO_8859_1));
    }
}
