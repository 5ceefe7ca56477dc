/** Tests of the package, all on real servers. */
@NullMarked
package godwit.postgres.copy;

import org.jspecify.annotations.NullMarked;
