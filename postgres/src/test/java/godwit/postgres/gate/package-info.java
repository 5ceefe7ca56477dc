/** Tests of the package, all on real servers. */
@NullMarked
package godwit.postgres.gate;

import org.jspecify.annotations.NullMarked;
