/** Applies a stream's transactions to the other side, exactly once and in commit order. */
@NullMarked
package godwit.postgres.apply;

import org.jspecify.annotations.NullMarked;
