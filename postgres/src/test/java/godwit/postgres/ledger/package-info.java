/** Tests of the package, all on real servers. */
@NullMarked
package godwit.postgres.ledger;

import org.jspecify.annotations.NullMarked;
