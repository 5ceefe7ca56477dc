/** The reader of PostgreSQL's logical replication stream: slots, publications, the pgoutput protocol. */
@NullMarked
package godwit.postgres.capture;

import org.jspecify.annotations.NullMarked;
