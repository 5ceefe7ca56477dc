/** The life of a run: its states, its ledger, the requests that people make of it. */
@NullMarked
package godwit.run;

import org.jspecify.annotations.NullMarked;
