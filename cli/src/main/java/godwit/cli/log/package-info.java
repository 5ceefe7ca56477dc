/** The log of a run on the machine that works on it. */
@NullMarked
package godwit.cli.log;

import org.jspecify.annotations.NullMarked;
