/** Real PostgreSQL servers from Maven Central's binaries, for the demonstration, shadow databases and tests. */
@NullMarked
package godwit.embedded;

import org.jspecify.annotations.NullMarked;
