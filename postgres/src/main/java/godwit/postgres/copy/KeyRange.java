package godwit.postgres.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;

/**
 * A range of a table's keys that is copied at once, under a snapshot of its own.
 *
 * @param number its place among the table's ranges, from 0
 * @param first where it begins; empty: at the least of all keys
 * @param end where the next one begins; empty: it has all keys from its first on
 * @param place where keys lie
 */
record KeyRange(int number, OptionalLong first, OptionalLong end, KeyPlace place) implements CopiedPart {
    /** Cuts all keys at some places. */
    static List<KeyRange> of(SortedSet<Long> cuts, KeyPlace place) {
        var ranges = new ArrayList<KeyRange>();
        var first = OptionalLong.empty();
        for (var cut : cuts) {
            ranges.add(new KeyRange(ranges.size(), first, OptionalLong.of(cut), place));
            first = OptionalLong.of(cut);
        }
        ranges.add(new KeyRange(ranges.size(), first, OptionalLong.empty(), place));
        return ranges;
    }

    /** Its first place among all that there are. */
    long firstPlace() {
        return first.orElse(Long.MIN_VALUE);
    }

    @Override
    public boolean isWholeTable() {
        return first.isEmpty() && end.isEmpty();
    }

    @Override
    public String condition() {
        return place.condition(first, end);
    }
}
