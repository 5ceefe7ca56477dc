package godwit.postgres.copy;

import static org.awaitility.Awaitility.await;

import godwit.move.MoveSpec;
import godwit.move.Snapshot;
import godwit.postgres.Beside;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.RealPace;
import godwit.run.throttle.Valve;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A copy of all tables in many chunks, which stops before the first chunk of the table t is committed until a test lets it go on. */
final class PausedCopy {
    private final Pair pair;
    private final UUID run = UUID.randomUUID();
    private boolean byRange;
    private UnaryOperator<Table> selecting = UnaryOperator.identity();

    private PausedCopy(Pair pair) {
        this.pair = pair;
        var ledger = new PostgresLedger(pair.atTarget());
        ledger.create();
        ledger.begin(run, pair.name(), "");
        pair.target("""
                CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END';
                CREATE TRIGGER hold BEFORE INSERT ON godwit.chunk FOR EACH ROW WHEN (NEW.table_name = 't') EXECUTE FUNCTION public.hold();
                ALTER TABLE godwit.chunk ENABLE ALWAYS TRIGGER hold""");
    }

    static PausedCopy of(Pair pair) {
        return new PausedCopy(pair);
    }

    /** Copies with one worker, running something after the first chunk was read and before all others. */
    Map<TableName, Snapshot> copyWith(Runnable afterFirstChunk) {
        try (var holder = pair.target().open("test")) {
            holder.number("SELECT 1 FROM pg_advisory_lock(42)");
            var copying = copy(1);
            await().atMost(Duration.ofSeconds(10)).until(() -> isHeld(holder) || copying.isDone());
            afterFirstChunk.run();
            holder.number("SELECT 1 FROM pg_advisory_unlock(42)");
            copying.join();
        }
        return snapshots();
    }

    private static boolean isHeld(Session session) {
        return session.is(
                "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 42");
    }

    CompletableFuture<Void> copy(int workers) {
        return copy(byRange ? Specs.byRange(pair.name(), workers) : Specs.spec(pair.name(), workers));
    }

    /** Copies all tables whose keys allow it by ranges of their keys. */
    PausedCopy byRange() {
        byRange = true;
        return this;
    }

    UUID run() {
        return run;
    }

    /** Copies when no row may be larger than this. */
    CompletableFuture<Void> copyWithin(long rowBytesMax) {
        return copy(Specs.withRows(pair.name(), rowBytesMax));
    }

    /** Copies only some rows. */
    PausedCopy selecting(UnaryOperator<Table> tables) {
        selecting = tables;
        return this;
    }

    /** Copies with all that is told by a specification. */
    CompletableFuture<Void> copy(MoveSpec spec) {
        var copies = new TableCopies(
                run,
                spec,
                pair.source(),
                pair.target(),
                new Exemption("test"),
                new Valve(new RealPace(), spec.limits().copyWorkers()));
        var tables = Pair.tables(pair.source()).stream().map(selecting).toList();
        return Beside.run(() -> copies.copy(tables, table -> {}));
    }

    Map<TableName, Snapshot> snapshots() {
        return TableCopies.snapshots(pair.atTarget(), run);
    }

    /** Chunks that the ledger has. */
    long chunks() {
        return pair.atTarget().number("SELECT count(*) FROM godwit.chunk WHERE run = ?", run);
    }

    /** Begins a statement in the source and waits until it waits for the copy's lock. */
    CompletableFuture<Void> queue(String sql) {
        var session = Pair.application(pair.source());
        var pid = session.pid();
        var done = Beside.run(() -> session.execute(sql)).whenComplete((r, e) -> session.close());
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        pair.atSource().is("SELECT count(*) > 0 FROM pg_locks WHERE pid = ? AND NOT granted", pid));
        return done;
    }
}
