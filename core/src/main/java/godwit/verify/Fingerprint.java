package godwit.verify;

import java.math.BigInteger;

/**
 * What a set of rows adds up to: their number and the sum of their hashes, whatever the order in which they are read.
 *
 * @param rows how many
 * @param hashes the sum of their 64-bit hashes; not cut off, so that no overflow hides a row
 */
public record Fingerprint(long rows, BigInteger hashes) {
    public static final Fingerprint EMPTY = new Fingerprint(0, BigInteger.ZERO);

    public Fingerprint plus(Fingerprint other) {
        return new Fingerprint(Math.addExact(rows, other.rows), hashes.add(other.hashes));
    }
}
