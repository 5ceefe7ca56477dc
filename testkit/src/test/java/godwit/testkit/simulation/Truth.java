package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.testkit.fake.Logged;
import godwit.testkit.fake.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the clients' commits come to, in their order, on whichever side they were made: the blunt oracle. */
final class Truth {
    private record Entry(Side side, Logged logged) {}

    private final List<Entry> entries = new ArrayList<>();
    private final Set<Logged> acknowledged = new HashSet<>();
    private final Map<Long, Integer> prefixes = new HashMap<>();
    private Rows rows = new Rows();

    Truth() {
        prefixes.put(rows.hash(), 0);
    }

    void committed(Side side, Logged logged) {
        entries.add(new Entry(side, logged));
        apply(logged);
    }

    private void apply(Logged logged) {
        logged.writes().forEach(rows::apply);
        prefixes.merge(rows.hash(), 1, Integer::sum);
    }

    /** A client was told that its commit is safe. */
    void acknowledged(Logged logged) {
        acknowledged.add(logged);
    }

    /** A crash took back the newest commits of a side: nobody may have been told that they were safe. */
    void lost(Side side, Lsn from) {
        var kept = new ArrayList<Entry>();
        for (var entry : entries) {
            var isLost = entry.side() == side && !entry.logged().commit().isBefore(from);
            assertThat(isLost && acknowledged.contains(entry.logged()))
                    .as("an acknowledged commit was lost in a crash")
                    .isFalse();
            if (!isLost) {
                kept.add(entry);
            }
        }
        if (kept.size() == entries.size()) {
            return;
        }
        entries.clear();
        entries.addAll(kept);
        rows = new Rows();
        prefixes.clear();
        prefixes.put(rows.hash(), 0);
        kept.forEach(entry -> apply(entry.logged()));
    }

    Rows rows() {
        return rows;
    }

    /** Whether some number of the first commits comes to just these contents. */
    boolean hasPrefix(Rows contents) {
        return prefixes.containsKey(contents.hash());
    }

    int commits() {
        return entries.size();
    }
}
