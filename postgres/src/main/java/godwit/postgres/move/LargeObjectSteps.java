package godwit.postgres.move;

import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.TargetCheck;
import godwit.postgres.catalog.TargetRequirements;
import godwit.postgres.largeobjects.CarriedObjects;
import godwit.postgres.largeobjects.LargeObjectCheck;
import godwit.postgres.largeobjects.LargeObjects;
import godwit.postgres.largeobjects.ObjectPass;
import godwit.postgres.largeobjects.Sides;
import godwit.run.Stopping;
import godwit.verify.OtherDifference;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the steps of a move do about large objects: carried beside the tables, and brought in step with each
 * verification. {@link LargeObjectCutover} does what a switch needs.
 */
final class LargeObjectSteps {
    private static final String CONTINUOUS = "continuous";

    private static final Logger LOG = LoggerFactory.getLogger(LargeObjectSteps.class);

    private final MoveContext context;
    private volatile Map<String, Object> remarks = Map.of();

    LargeObjectSteps(MoveContext context) {
        this.context = context;
    }

    private boolean areCarried() {
        return context.spec().carriesLargeObjects();
    }

    /** What stands in the way of carrying the source's, or that they stay behind. */
    List<Finding> findings(Session source, Session target) throws SQLException {
        var findings = new ArrayList<Finding>();
        if (!LargeObjects.has(source)) {
            return findings;
        }
        if (!areCarried()) {
            findings.add(Finding.warning(
                    "large-objects-left",
                    "The source has %d large objects, which do not go along.".formatted(LargeObjects.count(source)),
                    "Only a move of the whole database, without include and largeObjects: leave, carries them."));
            return findings;
        }
        var check = new LargeObjectCheck(source, target);
        var written =
                context.spec().conduct().mode() == Mode.LIVE ? List.of(Side.TARGET, Side.SOURCE) : List.of(Side.TARGET);
        check.problems(written).forEach(problem -> findings.add(new Finding(true, problem)));
        new TargetCheck(target.connection())
                .findings(new TargetRequirements(check.roles(), List.of(), List.of(), List.of()))
                .forEach(f -> findings.add(Finding.blocking(f.code(), f.message(), f.hint(), f.object())));
        return findings;
    }

    /** Notes what the target has of its own, before anything is carried. */
    void begin() {
        if (areCarried()) {
            try (var target = context.open(Side.TARGET, "expand")) {
                new CarriedObjects(context.run()).noteOwn(target);
            }
        }
    }

    /** @param between called between two pieces of work, which may wait there */
    void fill(Runnable between) {
        if (areCarried()) {
            withSessions(Side.SOURCE, sides -> new LargeObjects(sides, between).carry());
        }
    }

    private interface Work {
        ObjectPass on(Sides sides);
    }

    private ObjectPass withSessions(Side leader, Work work) {
        try (var here = context.open(leader, "large objects");
                var there = context.openApplying(leader.other(), "large objects")) {
            return work.on(new Sides(context.run(), leader, here, there));
        }
    }

    /**
     * Brings the follower in step, then tells what still differs though nobody has changed it on the leader. A switched
     * run does not go back by itself over them: no gate has kept the application from writing them on the source, and
     * what it wrote there must not be overwritten before somebody has looked.
     */
    List<OtherDifference> differences(Side leader, String phase, Stopping stopping) {
        if (!areCarried()) {
            tellLeft(leader);
            return List.of();
        }
        var pass = withSessions(leader, sides -> new LargeObjects(sides, stopping::requireWanted).carry());
        tell(pass);
        if (!pass.unlike().isEmpty()) {
            LOG.warn(
                    "{} large objects differ, such as {}",
                    pass.unlike().count(),
                    pass.unlike().first());
        }
        return pass.unlike().first().stream()
                .filter(oid -> !phase.equals(CONTINUOUS))
                .map(oid -> new OtherDifference("large-object-differs", name(oid), "is not the same on the follower"))
                .toList();
    }

    private void tellLeft(Side leader) {
        try (var session = context.open(leader, "look")) {
            remarks = Map.of("left", LargeObjects.count(session));
        }
    }

    private void tell(ObjectPass pass) {
        var told = new LinkedHashMap<String, Object>();
        told.put("compared", pass.compared());
        told.put("copied", pass.copied());
        told.put("unlinked", pass.unlinked());
        told.put("differing", pass.unlike().count());
        told.put("changedMeanwhile", pass.moving().count());
        told.put("onFollowerAlone", pass.foreign().count());
        told.put("onFollowerAloneFirst", pass.foreign().first());
        remarks = told;
    }

    /** What the last verification tells of them. */
    Map<String, Object> remarks() {
        return remarks;
    }

    /** Makes the follower's equal to the leader's; returns how many were written. */
    long repair(Side leader, Stopping stopping) {
        if (!areCarried()) {
            return 0;
        }
        var pass = withSessions(leader, sides -> new LargeObjects(sides, stopping::requireWanted).repair());
        return pass.copied() + pass.unlinked();
    }

    static String name(long oid) {
        return "large object " + oid;
    }
}
