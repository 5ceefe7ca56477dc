/** The command line: it translates words into verbs and outcomes into JSON, text and exit codes. */
@NullMarked
package godwit.cli;

import org.jspecify.annotations.NullMarked;
