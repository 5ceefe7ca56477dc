package godwit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyJsonTest {
    @Test
    void numbersStandWithoutQuotesAndEverythingElseWithThem() {
        var columns = List.of("id", "n", "day", "odd");
        var types = List.of("bigint", "numeric(10,2)", "date", "numeric");

        assertThat(KeyJson.of(columns, types, new RowKey(List.of("-5", "1.00", "2026-01-01", "NaN"))))
                .isEqualTo("{\"id\": -5, \"n\": 1.00, \"day\": \"2026-01-01\", \"odd\": \"NaN\"}");
    }

    @Test
    void whatJsonCannotHoldInAStringIsEscaped() {
        assertThat(KeyJson.of(List.of("a \"b\""), List.of("text"), new RowKey(List.of("\\ \n\t\r\u0001ü"))))
                .isEqualTo("{\"a \\\"b\\\"\": \"\\\\ \\n\\t\\r\\u0001ü\"}");
    }

    @Test
    void aRowWithoutAKeyIsNamedByItsHash() {
        assertThat(KeyJson.ofCopies(new RowKey(List.of("-812")), 2)).isEqualTo("{\"row\": \"-812\", \"copies\": 2}");
    }
}
