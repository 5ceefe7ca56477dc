/** Changes of a database's schema while it is used: what the catalog says, and how a plan's steps are carried out. */
@NullMarked
package godwit.postgres.change;

import org.jspecify.annotations.NullMarked;
