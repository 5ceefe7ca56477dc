/** Comparison and repair of PostgreSQL databases: hashes computed where the rows are, narrowed to rows and columns. */
@NullMarked
package godwit.postgres.verify;

import org.jspecify.annotations.NullMarked;
