/** The rules that the sources of every module keep. */
@NullMarked
package godwit.testkit;

import org.jspecify.annotations.NullMarked;
