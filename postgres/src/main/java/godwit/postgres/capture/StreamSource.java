package godwit.postgres.capture;

import godwit.postgres.RowLimit;

/**
 * What a reader reads from.
 *
 * @param binary whether values travel in binary form; false when some column's binary form means nothing elsewhere
 * @param rows how large a row may be
 * @param protocol how transactions are sent
 */
public record StreamSource(String slot, String publication, boolean binary, RowLimit rows, StreamProtocol protocol) {}
