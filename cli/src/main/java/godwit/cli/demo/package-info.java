/** The demonstration: a live database moves forward, back and forward again between two servers of its own. */
@NullMarked
package godwit.cli.demo;

import org.jspecify.annotations.NullMarked;
