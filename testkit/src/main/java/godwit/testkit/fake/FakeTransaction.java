package godwit.testkit.fake;

import java.util.ArrayList;
import java.util.List;

/** A client's transaction in a fake database, from its first write until its commit is visible. */
public final class FakeTransaction {
    final List<Write> writes = new ArrayList<>();
    long xid;
    boolean ended;

    FakeTransaction() {}

    /** Whether it has ended, by its own commit or because its database crashed. */
    public boolean isEnded() {
        return ended;
    }

    public boolean hasWritten() {
        return !writes.isEmpty();
    }
}
