package godwit.postgres.move;

import godwit.move.Side;
import godwit.run.Reports;
import godwit.run.Stopping;
import godwit.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The verifications and repairs of a move: its rows at one position, and what surrounds them. */
final class Verifications {
    private static final String REHEARSAL = "dry run";

    /** Those whose time counts, or that change nothing: large objects are looked at by the switch itself. */
    private static final Set<String> SHORT = Set.of("before switch", REHEARSAL);

    private final MoveContext context;
    private final Gates gates;
    private final Surroundings surroundings;
    private final LargeObjectSteps largeObjects;
    private final Supplier<Streams> streams;
    private volatile Map<String, Long> unnamed = Map.of();
    private @Nullable ForeignWriters foreign;

    Verifications(
            MoveContext context,
            Gates gates,
            Surroundings surroundings,
            LargeObjectSteps largeObjects,
            Supplier<Streams> streams) {
        this.context = context;
        this.gates = gates;
        this.surroundings = surroundings;
        this.largeObjects = largeObjects;
        this.streams = streams;
    }

    /** Who writes on the side without the writes; asked for by proofs beside the worker's turns as well. */
    synchronized ForeignWriters foreign() {
        if (foreign == null) {
            foreign = new ForeignWriters(context, streams.get());
        }
        return foreign;
    }

    Verification verify(UUID id, String phase, Stopping stopping) {
        var leader = gates.leader();
        var known = foreign().known();
        var more = new ArrayList<>(
                phase.equals(REHEARSAL) ? surroundings.differencesAsTheyAre(leader) : surroundings.differences(leader));
        stopping.requireWanted();
        if (phase.equals("on request") || streams.get().tables().stream().anyMatch(MovedRows::isPartly)) {
            more.addAll(surroundings.orphans(leader));
        }
        stopping.requireWanted();
        if (!SHORT.contains(phase)) {
            more.addAll(largeObjects.differences(leader, phase, stopping));
        }
        var proof = proof(leader, stopping);
        var verification = proof.verify(id, phase, leader).with(more);
        unnamed = proof.unnamed();
        if (verification.isEqual() && !SHORT.contains(phase)) {
            streams.get().forgetMissing(leader);
        }
        if (verification.isEqual()) {
            streams.get().from(leader).touched().proven();
            foreign().proven(known);
        }
        new VerificationTable(context).write(verification, leader);
        return verification;
    }

    void requireNoForeignWriters() {
        foreign().requireNoneUntilNow(gates.leader());
    }

    /** Tables have no gate that were made on the side without the writes after these had left, or just then. */
    void requireNothingLeft() {
        var follower = gates.leader().other();
        foreign().requireNoneUntilNow(follower.other());
        try (var session = context.open(follower, "look")) {
            new Unfollowed(context).requireNone(session, follower);
        }
    }

    /** What the streams had noted before they were lost. */
    void requireNothingKnownLeft() {
        var leader = gates.leader();
        var follower = leader.other();
        try (var session = context.look(leader)) {
            var seen = session.number(
                    "SELECT coalesce(sum(foreign_seen), 0) FROM godwit.progress WHERE run = ?", context.run());
            if (seen > 0) {
                throw ForeignWriters.problem(seen, leader, List.of()).asException();
            }
        }
        try (var session = context.open(follower, "look")) {
            new Unfollowed(context).requireNone(session, follower);
        }
    }

    private Proof proof(Side leader, Stopping stopping) {
        var proof = new Proof(context, streams.get(), streams.get().tables());
        stopping.whenAsked(() -> proof.cancel(leader));
        return proof;
    }

    /** What is told beside a verification's result and is no difference. */
    Map<String, Object> remarks() {
        var leader = gates.leader();
        return Map.of(
                "excluded",
                surroundings.excluded(leader),
                "notices",
                Reports.of(surroundings.notices(leader)),
                "foreignTransactions",
                foreign().count(),
                "largeObjects",
                largeObjects.remarks(),
                "objectsNotThere",
                unnamed);
    }

    long repair(UUID id, Stopping stopping) {
        var leader = gates.leader();
        var rows = proof(leader, stopping).repair(id, leader);
        stopping.requireWanted();
        return rows + largeObjects.repair(leader, stopping);
    }
}
