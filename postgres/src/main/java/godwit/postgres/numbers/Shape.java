package godwit.postgres.numbers;

import java.util.List;

/** Where the binary form of a type holds numbers of objects; lengths never change with them. */
sealed interface Shape {
    /** Nowhere. */
    record Plain() implements Shape {}

    /** @param kind the reg* type that the value is of */
    record ObjectNumber(String kind) implements Shape {}

    /** An array (array_send). */
    record Items(Shape item) implements Shape {}

    /** A row of a composite type (record_send). */
    record Fields(List<Shape> fields) implements Shape {
        public Fields {
            fields = List.copyOf(fields);
        }
    }

    /** A range (range_send). */
    record Span(Shape bound) implements Shape {}

    /** A multirange (multirange_send). */
    record Spans(Span span) implements Shape {}
}
