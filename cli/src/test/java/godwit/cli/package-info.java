/** Tests of the commands. */
@NullMarked
package godwit.cli;

import org.jspecify.annotations.NullMarked;
