/** The ledger: the durable memory of runs, in the schema godwit of the target. */
@NullMarked
package godwit.postgres.ledger;

import org.jspecify.annotations.NullMarked;
