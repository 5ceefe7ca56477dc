@NullMarked
package godwit.postgres.largeobjects;

import org.jspecify.annotations.NullMarked;
