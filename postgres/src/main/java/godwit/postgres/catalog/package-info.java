/** The reader of a PostgreSQL catalog: its tables, and the script that makes the same schema on another server. */
@NullMarked
package godwit.postgres.catalog;

import org.jspecify.annotations.NullMarked;
