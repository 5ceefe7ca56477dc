package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import godwit.postgres.largeobjects.CarriedObjects.Entry;
import godwit.postgres.largeobjects.Decisions.Copy;
import godwit.postgres.largeobjects.Pages.Piece;
import godwit.postgres.largeobjects.Pages.Wanted;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Gives the follower a few of the leader's large objects, all in one transaction, as they are in one snapshot of the
 * leader. A megabyte that both have alike is not written again.
 */
final class Copying {
    /** A few objects out of many: whatever the statistics say, each is found by itself. */
    private static final String BY_INDEX =
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

    private final Sides sides;

    Copying(Sides sides) {
        this.sides = sides;
    }

    /** What the batch came to: the state that each object was copied in, and the bytes that were written. */
    record Copied(Map<Long, LargeObject> objects, long bytes) {}

    /** Copies objects; those that the leader has no more are left for the next comparison. */
    Copied copy(List<Copy> batch) {
        return sides.follower().transaction(follower -> {
            follower.execute(BY_INDEX);
            var oids = batch.stream().map(Copy::oid).toList();
            var copied = sides.leader().transaction(leader -> {
                leader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
                leader.execute(BY_INDEX);
                return new Batch(leader, follower, oids).write(made(batch));
            });
            // On the way back the ledger is in the leader: it has to know first what the follower may get.
            sides.carried().note(sides.target(), entries(batch, copied.objects()));
            return copied;
        });
    }

    /** To make them fails where somebody else has made one meanwhile. */
    private static Set<Long> made(List<Copy> batch) {
        return batch.stream()
                .filter(copy -> copy.there() == null)
                .map(Copy::oid)
                .collect(Collectors.toSet());
    }

    private static List<Entry> entries(List<Copy> batch, Map<Long, LargeObject> copied) {
        var entries = new ArrayList<Entry>();
        for (var copy : batch) {
            var object = copied.get(copy.oid());
            if (object != null) {
                var there = copy.there();
                entries.add(new Entry(copy.oid(), true, there == null ? "" : there.print(), object.print()));
            }
        }
        return entries;
    }

    /** Takes objects from the follower that the leader does not have any more. */
    void unlink(List<Long> oids) {
        sides.follower().transaction(follower -> {
            follower.execute("SELECT pg_catalog.lo_unlink(o::oid) FROM unnest(?::bigint[]) AS o", Listing.array(oids));
            if (sides.follower() == sides.target()) {
                sides.carried().forget(sides.target(), oids);
            }
            return true;
        });
        sides.carried().forget(sides.target(), oids);
    }

    /** The work within both transactions. */
    private static final class Batch {
        private final Session leader;
        private final Session follower;
        private final Map<Long, String> properties;
        private final Map<Long, String> propertiesThere;
        private final List<Long> oids;

        Batch(Session leader, Session follower, List<Long> wanted) {
            this.leader = leader;
            this.follower = follower;
            this.properties = Listing.properties(leader, wanted);
            this.propertiesThere = Listing.properties(follower, wanted);
            this.oids = List.copyOf(properties.keySet());
        }

        Copied write(Set<Long> made) {
            var missing = oids.stream()
                    .filter(oid -> made.contains(oid) || !propertiesThere.containsKey(oid))
                    .toList();
            follower.execute(
                    "SELECT pg_catalog.lo_create(o::oid) FROM unnest(?::bigint[]) AS o", Listing.array(missing));
            var pieces = Pages.pieces(leader, oids);
            var bytes = new HashMap<Long, Long>();
            oids.forEach(oid -> bytes.put(oid, 0L));
            pieces.forEach(piece -> bytes.merge(piece.place().oid(), piece.ends(), Math::max));
            var wanted = wanted(pieces, bytes);
            Pages.copy(leader, follower, wanted);
            Pages.cut(follower, bytes);
            giveProperties();
            var written = wanted.stream()
                    .mapToLong(w -> (long) w.piece().pages() * Listing.PAGE_BYTES)
                    .sum();
            return new Copied(objects(pieces, bytes), written);
        }

        /** The pieces that differ, and those that only the follower has, which become zeros or are cut off. */
        private List<Wanted> wanted(List<Piece> pieces, Map<Long, Long> bytes) {
            var there =
                    Pages.pieces(follower, oids).stream().collect(Collectors.toMap(Piece::place, Function.identity()));
            var wanted = new ArrayList<Wanted>();
            for (var piece : pieces) {
                var other = there.remove(piece.place());
                if (other == null || !other.hash().equals(piece.hash())) {
                    wanted.add(
                            new Wanted(piece, bytes.getOrDefault(piece.place().oid(), 0L), other != null));
                }
            }
            for (var left : there.values()) {
                var length = bytes.getOrDefault(left.place().oid(), 0L);
                if (left.place().begins() < length) {
                    wanted.add(new Wanted(left, length, true));
                }
            }
            return wanted;
        }

        private void giveProperties() {
            var now = Listing.properties(follower, oids);
            var unlike = oids.stream()
                    .filter(oid -> !Objects.equals(properties.get(oid), now.get(oid)))
                    .toList();
            if (unlike.isEmpty()) {
                return;
            }
            var here = Properties.read(leader, unlike);
            var there = Properties.read(follower, unlike);
            follower.execute(unlike.stream()
                    .map(oid -> Objects.requireNonNull(here.get(oid))
                            .replacing(oid, Objects.requireNonNull(there.get(oid))))
                    .collect(Collectors.joining()));
        }

        private Map<Long, LargeObject> objects(List<Piece> pieces, Map<Long, Long> bytes) {
            var hashes = pieces.stream()
                    .collect(Collectors.groupingBy(
                            piece -> piece.place().oid(),
                            Collectors.reducing(
                                    BigInteger.ZERO, piece -> new BigInteger(piece.hash()), BigInteger::add)));
            var objects = new HashMap<Long, LargeObject>();
            properties.forEach((oid, hash) -> {
                var length = bytes.getOrDefault(oid, 0L);
                var print = length + ":" + hashes.getOrDefault(oid, BigInteger.ZERO) + ":" + hash;
                objects.put(oid, new LargeObject(oid, length, print));
            });
            return objects;
        }
    }
}
