/** A database's shape as values, and the only ways by which names and values reach SQL. */
@NullMarked
package godwit.schema;

import org.jspecify.annotations.NullMarked;
