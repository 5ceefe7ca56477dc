/** Tests of the effects on PostgreSQL, all on real servers. */
@NullMarked
package godwit.postgres;

import org.jspecify.annotations.NullMarked;
