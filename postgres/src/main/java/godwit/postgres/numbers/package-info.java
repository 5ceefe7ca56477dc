/** The numbers (OIDs) of a server's own objects inside values: what they are on another server. */
@NullMarked
package godwit.postgres.numbers;

import org.jspecify.annotations.NullMarked;
