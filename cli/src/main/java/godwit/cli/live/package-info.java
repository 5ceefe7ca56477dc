/** What the commands and the demonstration share: the worker's loop, asking it for something, and showing how it goes. */
@NullMarked
package godwit.cli.live;

import org.jspecify.annotations.NullMarked;
