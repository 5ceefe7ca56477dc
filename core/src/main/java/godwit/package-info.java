/** Problems, identifiers and digests that every other package uses. */
@NullMarked
package godwit;

import org.jspecify.annotations.NullMarked;
