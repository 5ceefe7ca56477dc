@NullMarked
package godwit.cli.live;

import org.jspecify.annotations.NullMarked;
