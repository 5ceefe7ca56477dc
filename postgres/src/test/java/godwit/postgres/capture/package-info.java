/** Tests of the package, all on real servers. */
@NullMarked
package godwit.postgres.capture;

import org.jspecify.annotations.NullMarked;
