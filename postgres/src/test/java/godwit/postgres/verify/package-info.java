/** Verification and repair on real servers. */
@NullMarked
package godwit.postgres.verify;

import org.jspecify.annotations.NullMarked;
