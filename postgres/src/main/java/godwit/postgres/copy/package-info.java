/** The first fill: tables read in chunks under one snapshot each, written with their ledger rows. */
@NullMarked
package godwit.postgres.copy;

import org.jspecify.annotations.NullMarked;
