/** Connections to PostgreSQL under Godwit's fixed settings, and small helpers to run SQL on them. */
@NullMarked
package godwit.postgres;

import org.jspecify.annotations.NullMarked;
