/**
 * Large objects, which no log carries as rows and no trigger guards: both sides are compared, and what differs is
 * copied (PostgreSQL manual, chapter 35).
 */
@NullMarked
package godwit.postgres.largeobjects;

import org.jspecify.annotations.NullMarked;
