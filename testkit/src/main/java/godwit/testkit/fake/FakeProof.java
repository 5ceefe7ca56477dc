package godwit.testkit.fake;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.run.Stopping;
import godwit.testkit.fake.Logged.Origin;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Compares both sides at one position of the leading side's log, to which the stream is taken and where it is held. */
final class FakeProof {
    private static final long SLOT_MILLIS_MAX = 30_000;
    private static final long HOLD_MILLIS_MAX = 120_000;

    private final FakeProcess process;
    private final FakeStreams streams;
    private final Stopping stopping;

    FakeProof(FakeProcess process, FakeStreams streams, Stopping stopping) {
        this.process = process;
        this.streams = streams;
        this.stopping = stopping;
    }

    Verification verify(UUID id, String phase, Side leader) {
        var stream = streams.from(leader);
        try {
            return compare(id, phase, leader, reached(leader));
        } finally {
            stream.release();
        }
    }

    private Lsn reached(Side leader) {
        var database = process.databases().on(leader);
        var stream = streams.from(leader);
        if (!process.makes(Mistake.HOLD_AFTER_POSITION)) {
            stream.holdAt(Lsn.ZERO);
        }
        var position = process.effect(leader, "create slot to verify", () -> {
            database.flush();
            return database.end();
        });
        var after = database.nextXid();
        if (!process.await(SLOT_MILLIS_MAX, () -> {
            stopping.requireWanted();
            return database.snapshot().xmin() >= after;
        })) {
            throw godwit.Problem.of("no-position", "Old transactions are open.", "Wait for them.")
                    .asException();
        }
        stream.holdAt(position);
        var there = process.await(HOLD_MILLIS_MAX, () -> {
            stopping.requireWanted();
            stream.requireAlive();
            return !stream.received().isBefore(position) || isNothingBefore(leader, stream, position);
        });
        if (!there) {
            throw FakeProcess.passing("stream-not-at-position", "The stream did not reach the wanted position.");
        }
        return position;
    }

    private boolean isNothingBefore(Side leader, FakeStream stream, Lsn position) {
        return process.databases()
                .on(leader)
                .slots()
                .next(FakeStream.slot(leader), stream.received())
                .map(next -> !next.commit().isBefore(position))
                .orElse(true);
    }

    private Verification compare(UUID id, String phase, Side leader, Lsn position) {
        var here = process.effect(
                leader, "read leader", () -> process.databases().on(leader).before(position));
        stopping.requireWanted();
        var there = process.effect(
                leader.other(),
                "read follower",
                () -> process.databases().on(leader.other()).rows());
        var differing = FakeTable.ALL.stream()
                .filter(table -> !here.counted(table).equals(there.counted(table)))
                .map(table -> new TableDifference(
                        table.tableName(),
                        here.of(table).size(),
                        there.of(table).size(),
                        1,
                        List.of()))
                .toList();
        return new Verification(id, phase, position.toString(), 0, differing, List.of());
    }

    long repair(UUID id, Side leader) {
        try {
            var position = reached(leader);
            var right = process.databases().on(leader).before(position);
            var follower = process.databases().on(leader.other());
            var writes = new ArrayList<Write>();
            for (var table : FakeTable.ALL) {
                follower.rows().of(table).forEach(row -> writes.add(new Write.Delete(table, row)));
                right.of(table).forEach(row -> writes.add(new Write.Insert(table, row, 0)));
            }
            stopping.requireWanted();
            process.does(follower.side(), "repair " + id, () -> follower.commit(Origin.ECHO, writes));
            return writes.size();
        } finally {
            streams.from(leader).release();
        }
    }
}
