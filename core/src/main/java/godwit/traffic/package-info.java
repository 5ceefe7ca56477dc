/** Who takes the writes: the journal, the cutover protocol and the router. */
@NullMarked
package godwit.traffic;

import org.jspecify.annotations.NullMarked;
