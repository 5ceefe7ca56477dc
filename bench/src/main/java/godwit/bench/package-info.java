/** Measures Godwit against what people would use otherwise, both in one run, on the same servers and data. */
@NullMarked
package godwit.bench;

import org.jspecify.annotations.NullMarked;
