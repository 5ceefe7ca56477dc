/** What a migration means for a database as it is: its steps as values, and both versions of each table. */
@NullMarked
package godwit.change.plan;

import org.jspecify.annotations.NullMarked;
