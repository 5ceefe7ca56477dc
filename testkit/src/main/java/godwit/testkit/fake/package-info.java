/**
 * Fake databases that hold rows by key and a commit log with visibility lag, and the ports of core on them. They never
 * interpret SQL; what is applied, dropped and decided is decided by core itself.
 */
@NullMarked
package godwit.testkit.fake;

import org.jspecify.annotations.NullMarked;
