/** Tests of the reader of a catalog, on real servers. */
@NullMarked
package godwit.postgres.catalog;

import org.jspecify.annotations.NullMarked;
