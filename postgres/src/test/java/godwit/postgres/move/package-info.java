/** Tests of the package, all on real servers. */
@NullMarked
package godwit.postgres.move;

import org.jspecify.annotations.NullMarked;
