package godwit.postgres.copy;

import godwit.move.MoveSpec;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.Specs;
import godwit.postgres.apply.Following;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.RealPace;
import godwit.run.throttle.Valve;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A program that copies and follows a database as a worker does, to be run in a JVM with little memory. */
public final class SmallWorker {
    private final MoveSpec spec = Specs.spec("small", 2);
    private final UUID run = UUID.randomUUID();
    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private SmallWorker() {}

    /** @param urls the source's and the target's */
    public static void main(String[] urls) throws IOException {
        new SmallWorker().work(urls[0], urls[1]);
    }

    private void work(String sourceUrl, String targetUrl) throws IOException {
        var source = Pair.at(sourceUrl);
        var target = Pair.at(targetUrl);
        try (var session = target.open("test");
                var following = Following.prepare(source, target, new StreamProgress(run, "forward"))) {
            var ledger = new PostgresLedger(session);
            ledger.create();
            ledger.begin(run, spec.name(), "");
            var valve = new Valve(new RealPace(), spec.limits().copyWorkers());
            new TableCopies(run, spec, source, target, new Exemption("test"), valve)
                    .copy(Pair.tables(source), table -> {});
            following.withCopies(TableCopies.snapshots(session, run)).open();
            System.out.println("copied");
            in.readLine();
            following.catchUp();
            System.out.println("peak " + (peakBytes() >> 20));
        }
    }

    /** The most that the parts of the heap have held, each at its own time. */
    private static long peakBytes() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
