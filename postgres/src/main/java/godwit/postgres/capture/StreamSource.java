package godwit.postgres.capture;

/**
 * What a reader reads from.
 *
 * @param binary whether values travel in binary form; false when some column's binary form means nothing elsewhere
 */
public record StreamSource(String slot, String publication, boolean binary) {}
