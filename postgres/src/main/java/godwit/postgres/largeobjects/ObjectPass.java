package godwit.postgres.largeobjects;

import java.util.ArrayList;
import java.util.List;

/** What one pass over all large objects came to; of each kind only so many are named. */
public final class ObjectPass {
    private static final int NAMED_MAX = 100;

    private long compared;
    private long copied;
    private long copiedBytes;
    private long unlinked;
    private final Named unlike = new Named();
    private final Named behind = new Named();
    private final Named moving = new Named();
    private final Named foreign = new Named();

    /** OIDs of one kind. */
    public static final class Named {
        private final List<Long> first = new ArrayList<>();
        private long count;

        void add(long oid) {
            if (count++ < NAMED_MAX) {
                first.add(oid);
            }
        }

        public long count() {
            return count;
        }

        /** The first of them. */
        public List<Long> first() {
            return List.copyOf(first);
        }

        public boolean isEmpty() {
            return count == 0;
        }
    }

    void add(Decisions decisions) {
        compared += decisions.compared();
        decisions.conflicts().forEach(unlike::add);
        decisions.copies().forEach(copy -> behind.add(copy.oid()));
        decisions.unlinks().forEach(behind::add);
        decisions.foreign().forEach(foreign::add);
    }

    void copied(long objects, long bytes) {
        copied += objects;
        copiedBytes += bytes;
    }

    void unlinked(long objects) {
        unlinked += objects;
    }

    void unlike(long oid) {
        unlike.add(oid);
    }

    void moving(long oid) {
        moving.add(oid);
    }

    /** The leader's objects that were compared. */
    public long compared() {
        return compared;
    }

    public long copied() {
        return copied;
    }

    public long copiedBytes() {
        return copiedBytes;
    }

    public long unlinked() {
        return unlinked;
    }

    /** Whether the follower was given or relieved of something. */
    public boolean hasWritten() {
        return copied + unlinked > 0;
    }

    /** Those that differ although the leader's has not changed: somebody else has written the follower's. */
    public Named unlike() {
        return unlike;
    }

    /** Those that differed when the pass came to them, and that it may write. */
    public Named behind() {
        return behind;
    }

    /** Those that the leader changed while they were copied: the next pass finds them. */
    public Named moving() {
        return moving;
    }

    /** Those that only the follower has, and not from this run. */
    public Named foreign() {
        return foreign;
    }
}
