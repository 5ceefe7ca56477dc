/** Comparison of two sides at one position: what differs, and how that is reported. */
@NullMarked
package godwit.verify;

import org.jspecify.annotations.NullMarked;
