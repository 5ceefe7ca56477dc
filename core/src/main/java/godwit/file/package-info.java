/** People's files and Godwit's JSON, to and from the domain's values. */
@NullMarked
package godwit.file;

import org.jspecify.annotations.NullMarked;
