package godwit.schema;

/**
 * A column whose values are stored and moved.
 *
 * @param name its name
 * @param type its full type as the server writes it, such as {@code numeric(10,2)} or {@code public.rank}
 * @param binary whether its binary form means the same on another server: false for reg* types, alone or in arrays
 * @param toastable whether a change may leave its value out because it did not change (attstorage other than plain)
 * @param generated whether the server computes it, so that it is compared but never written
 */
public record Column(Identifier name, String type, boolean binary, boolean toastable, boolean generated) {}
