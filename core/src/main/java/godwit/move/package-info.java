/** What a move is: its specification, positions, changes, chunks, and the decisions of copying and applying. */
@NullMarked
package godwit.move;

import org.jspecify.annotations.NullMarked;
