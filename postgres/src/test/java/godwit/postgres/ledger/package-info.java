/** Tests of the ledger. */
@NullMarked
package godwit.postgres.ledger;

import org.jspecify.annotations.NullMarked;
