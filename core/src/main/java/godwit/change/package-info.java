/** Changes of a database's schema: what people ask for, operation by operation. */
@NullMarked
package godwit.change;

import org.jspecify.annotations.NullMarked;
