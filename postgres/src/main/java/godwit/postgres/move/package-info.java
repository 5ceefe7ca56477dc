/** A move from PostgreSQL to PostgreSQL, step by step: the effects behind the ports of godwit.run and godwit.traffic. */
@NullMarked
package godwit.postgres.move;

import org.jspecify.annotations.NullMarked;
