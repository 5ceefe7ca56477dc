/** Tests of the package, all on real servers. */
@NullMarked
package godwit.postgres.apply;

import org.jspecify.annotations.NullMarked;
