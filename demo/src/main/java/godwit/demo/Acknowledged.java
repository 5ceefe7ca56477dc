package godwit.demo;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * One client's memory of the writes that the server acknowledged, by their numbers and by case.
 *
 * <p>A write whose commit was neither acknowledged nor refused may be there or not: it is unsure, and so is its case.
 */
final class Acknowledged {
    private final BitSet committed = new BitSet();
    private final BitSet unsure = new BitSet();
    private final Map<Long, Long> notes = new HashMap<>();
    private final Set<Long> unsureCases = new HashSet<>();

    synchronized void committed(int number, Operation operation) {
        committed.set(number);
        if (operation instanceof CaseOperation.Note note) {
            notes.merge(note.about(), 1L, Long::sum);
        }
    }

    synchronized void unsure(int number, Operation operation) {
        unsure.set(number);
        unsureCases.add(operation.about());
    }

    synchronized BitSet committed() {
        return (BitSet) committed.clone();
    }

    synchronized BitSet unsure() {
        return (BitSet) unsure.clone();
    }

    /** The committed notes by case. */
    synchronized Map<Long, Long> notes() {
        return Map.copyOf(notes);
    }

    synchronized Set<Long> unsureCases() {
        return Set.copyOf(unsureCases);
    }
}
