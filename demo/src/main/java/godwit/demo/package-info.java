/** A live workload on a case-management database, and the invariants that show whether a move lost or doubled anything. */
@NullMarked
package godwit.demo;

import org.jspecify.annotations.NullMarked;
