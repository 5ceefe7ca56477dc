/** Moves between fake databases under everything that can go wrong, with the promises checked after every event. */
@NullMarked
package godwit.testkit.simulation;

import org.jspecify.annotations.NullMarked;
