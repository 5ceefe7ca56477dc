package godwit.schema;

/**
 * A column whose values are stored and moved.
 *
 * @param name its name
 * @param type its full type as the server writes it, such as {@code numeric(10,2)} or {@code public.rank}
 * @param binary whether the server can send and receive it in binary form
 * @param numbered whether that form holds numbers of objects, which are others on another server: reg* types, alone or
 *     inside arrays, rows and ranges
 * @param toastable whether a change may leave its value out because it did not change (attstorage other than plain)
 * @param generated whether the server computes it, so that it is compared but never written
 */
public record Column(
        Identifier name, String type, boolean binary, boolean numbered, boolean toastable, boolean generated) {}
