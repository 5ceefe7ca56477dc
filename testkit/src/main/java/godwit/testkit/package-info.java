/** Tools that judge Godwit from outside. */
@NullMarked
package godwit.testkit;

import org.jspecify.annotations.NullMarked;
