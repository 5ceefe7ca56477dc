package godwit.postgres.largeobjects;

import godwit.postgres.largeobjects.CarriedObjects.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done so that the follower has the leader's large objects, decided object by object.
 *
 * <pre>
 * leader  follower  ledger                     decision
 *   a        a      any                        nothing
 *   a        b      knows b                    copy
 *   a        b      does not know b            keep it, a conflict
 *   a        -      carried, or none           copy; but what the target had of its own stays there alone
 *   -        b      knows b                    unlink
 *   -        b      carried, but not as b      keep it, a conflict
 *   -        b      none                       keep it: it is somebody else's
 *   -        -      carried                    forget
 * </pre>
 *
 * @param compared objects of the leader that go along
 * @param copies what the follower is to get
 * @param unlinks what the follower is to lose
 * @param conflicts what was changed on the follower by somebody else
 * @param foreign what only the follower has, and not from Godwit
 * @param forgotten what the ledger need not know any more
 */
record Decisions(
        long compared,
        List<Copy> copies,
        List<Long> unlinks,
        List<Long> conflicts,
        List<Long> foreign,
        List<Long> forgotten) {
    /** Who wins where somebody else has changed what Godwit wrote on the follower. */
    public enum Conflicts {
        KEPT,
        /** The leader's objects replace the follower's, but never what the target had of its own. */
        OVERWRITTEN
    }

    /**
     * An object that the follower is to get.
     *
     * @param there what the follower has instead, if anything
     */
    record Copy(LargeObject object, @Nullable LargeObject there) {
        long oid() {
            return object.oid();
        }
    }

    /**
     * One range of OIDs as it was found.
     *
     * @param leaderIsTarget whether the leader is the target, which may have had objects of its own
     */
    record Found(
            Map<Long, LargeObject> leader,
            Map<Long, LargeObject> follower,
            Map<Long, Entry> ledger,
            boolean leaderIsTarget) {}

    static Decisions of(Found found, Conflicts policy) {
        var deciding = new Deciding(found, policy);
        var oids = new TreeSet<>(found.leader().keySet());
        oids.addAll(found.follower().keySet());
        oids.addAll(found.ledger().keySet());
        oids.forEach(deciding::decide);
        return new Decisions(
                deciding.compared,
                deciding.copies,
                deciding.unlinks,
                deciding.conflicts,
                deciding.foreign,
                deciding.forgotten);
    }

    private static final class Deciding {
        private final Found found;
        private final Conflicts policy;
        private final List<Copy> copies = new ArrayList<>();
        private final List<Long> unlinks = new ArrayList<>();
        private final List<Long> conflicts = new ArrayList<>();
        private final List<Long> foreign = new ArrayList<>();
        private final List<Long> forgotten = new ArrayList<>();
        private long compared;

        Deciding(Found found, Conflicts policy) {
            this.found = found;
            this.policy = policy;
        }

        void decide(Long oid) {
            var here = found.leader().get(oid);
            var there = found.follower().get(oid);
            var entry = found.ledger().get(oid);
            if (here != null) {
                led(here, there, entry);
            } else if (there != null) {
                onFollowerAlone(there, entry);
            } else if (entry != null && entry.carried()) {
                forgotten.add(oid);
            }
        }

        private void led(LargeObject here, @Nullable LargeObject there, @Nullable Entry entry) {
            var isOthers = entry != null && !entry.carried();
            if (there == null && isOthers && found.leaderIsTarget()) {
                return;
            }
            compared++;
            if (there != null && there.print().equals(here.print())) {
                return;
            }
            var mayWrite = there == null
                    || (entry != null && entry.knows(there))
                    || (policy == Conflicts.OVERWRITTEN && !isOthers);
            if (mayWrite) {
                copies.add(new Copy(here, there));
            } else {
                conflicts.add(here.oid());
            }
        }

        private void onFollowerAlone(LargeObject there, @Nullable Entry entry) {
            if (entry == null || !entry.carried()) {
                foreign.add(there.oid());
            } else if (entry.knows(there) || policy == Conflicts.OVERWRITTEN) {
                unlinks.add(there.oid());
            } else {
                conflicts.add(there.oid());
            }
        }
    }
}
