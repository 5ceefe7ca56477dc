/** Follows text through the sources to where it is run as SQL, to find what was put together from raw text. */
@NullMarked
package godwit.testkit.sqltext;

import org.jspecify.annotations.NullMarked;
