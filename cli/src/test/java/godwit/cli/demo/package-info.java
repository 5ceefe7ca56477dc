@NullMarked
package godwit.cli.demo;

import org.jspecify.annotations.NullMarked;
