package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.Table;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a move will take: bytes, time, log kept meanwhile, and room in the target.
 *
 * <p>The log's growth is measured over a second. The speed of copying is assumed, with indexes, for each worker; it is
 * told with the forecast, because no server knows it beforehand.
 */
final class Forecast {
    private static final Duration MEASURED = Duration.ofSeconds(1);
    private static final long BYTES_PER_SECOND_AND_WORKER = 15_000_000;

    private static final String SIZE = """
            SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))""";

    private final MoveContext context;

    Forecast(MoveContext context) {
        this.context = context;
    }

    /**
     * The forecast.
     *
     * @param bytes of rows to copy
     * @param bytesWithIndexes what the target needs room for
     * @param seconds until the copy is in, about
     * @param logBytesPerSecond how fast the source's log grows at present
     * @param targetBytesFree room on the target's disk, where it can be read
     */
    record Told(long bytes, long bytesWithIndexes, long seconds, long logBytesPerSecond, OptionalLong targetBytesFree) {
        long logKeptBytes() {
            return logBytesPerSecond * seconds;
        }

        Map<String, Object> report() {
            var report = new LinkedHashMap<String, Object>();
            report.put("copyBytes", bytes);
            report.put("targetBytesNeeded", bytesWithIndexes);
            report.put("copySeconds", seconds);
            report.put("assumedBytesPerSecondAndWorker", BYTES_PER_SECOND_AND_WORKER);
            report.put("logBytesPerSecond", logBytesPerSecond);
            report.put("logKeptBytes", logKeptBytes());
            targetBytesFree.ifPresent(free -> report.put("targetBytesFree", free));
            return report;
        }
    }

    Told tell(List<Table> tables) {
        try (var source = context.open(Side.SOURCE, "check")) {
            var bytes = tables.stream().mapToLong(Table::bytes).sum();
            var whole = whole(source, tables);
            var seconds = whole
                            / (BYTES_PER_SECOND_AND_WORKER
                                    * context.spec().limits().copyWorkers())
                    + 1;
            return new Told(bytes, whole, seconds, growth(source), free());
        }
    }

    private static long whole(Session source, List<Table> tables) {
        var schemas = tables.stream().map(table -> table.name().schema().name()).toArray(String[]::new);
        var names = tables.stream().map(table -> table.name().name().name()).toArray(String[]::new);
        return source.number(SIZE, schemas, names);
    }

    /** Whether the target has room, which takes no time to find out. */
    List<Finding> room(List<Table> tables) {
        try (var source = context.open(Side.SOURCE, "check")) {
            return findings(new Told(0, whole(source, tables), 0, 0, free()));
        }
    }

    private static long growth(Session source) {
        var before = end(source);
        var began = System.nanoTime();
        Patience.pause(MEASURED);
        var grown = end(source).bytesSince(before);
        return grown * 1_000_000_000L / Math.max(1, System.nanoTime() - began);
    }

    private static Lsn end(Session source) {
        return Lsn.parse(source.text("SELECT pg_catalog.pg_current_wal_lsn()::text"));
    }

    /** The server does not tell; but where it runs on this machine and its folder may be seen, the system does. */
    private OptionalLong free() {
        try (var target = context.open(Side.TARGET, "check")) {
            if (!InetAddress.getByName(context.target().endpoint().host()).isLoopbackAddress()) {
                return OptionalLong.empty();
            }
            var folder = Path.of(target.text("SHOW data_directory"));
            return Files.isDirectory(folder)
                    ? OptionalLong.of(Files.getFileStore(folder).getUsableSpace())
                    : OptionalLong.empty();
        } catch (GodwitException | IOException e) {
            return OptionalLong.empty();
        }
    }

    /** What of it should make people think again. */
    List<Finding> findings(Told told) {
        var findings = new ArrayList<Finding>();
        var most = context.spec().limits().logKeptBytesMax();
        if (told.logKeptBytes() > most) {
            findings.add(Finding.warning(
                    "log-forecast-too-large",
                    "The source may keep %d bytes of log while it is copied, more than the %d that it may."
                            .formatted(told.logKeptBytes(), most),
                    "Raise limits.logKeptBytesMax if the disk has room, or start when less is written.",
                    "limits.logKeptBytesMax"));
        }
        if (told.targetBytesFree().isPresent() && told.targetBytesFree().getAsLong() < told.bytesWithIndexes()) {
            findings.add(Finding.blocking(
                    "target-disk-too-small",
                    "The target's disk has %d bytes free, the move needs %d."
                            .formatted(told.targetBytesFree().getAsLong(), told.bytesWithIndexes()),
                    "Make room on the target."));
        }
        return findings;
    }
}
