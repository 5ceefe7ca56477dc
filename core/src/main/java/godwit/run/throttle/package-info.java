/** When the copy waits: what is measured on both sides, what follows from it, and the valve that all chunks pass. */
@NullMarked
package godwit.run.throttle;

import org.jspecify.annotations.NullMarked;
