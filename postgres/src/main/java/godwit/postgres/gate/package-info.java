/** The gate in each side's tables: it makes writers wait under a fence and refuses them on the side without writes. */
@NullMarked
package godwit.postgres.gate;

import org.jspecify.annotations.NullMarked;
