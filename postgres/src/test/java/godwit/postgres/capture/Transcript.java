package godwit.postgres.capture;

import static java.util.stream.Collectors.joining;

import godwit.move.Lsn;
import godwit.move.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The messages of a stream in text mode as lines that people read. */
final class Transcript {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    private final SlotReader reader;
    private final Map<Integer, String> names = new HashMap<>();
    private Lsn confirmable = Lsn.ZERO;

    Transcript(SlotReader reader) {
        this.reader = reader;
    }

    /** Lines up to the transaction that holds the logical message {@code end}; that one is left out. */
    List<String> untilEnd() {
        var lines = new ArrayList<String>();
        var open = new ArrayList<String>();
        while (true) {
            var message = reader.next(WAIT_MAX);
            if (message.isEmpty()) {
                throw new AssertionError("the stream ended early: " + lines + open);
            }
            line(message.get()).forEach(open::add);
            if (message.get() instanceof Message.Commit commit) {
                confirmable = commit.end();
                if (open.contains("message end")) {
                    return lines;
                }
                lines.addAll(open);
                open.clear();
            }
        }
    }

    /** Lines of the next transaction. */
    List<String> transaction() {
        var lines = new ArrayList<String>();
        while (true) {
            var message = reader.next(WAIT_MAX).orElseThrow(() -> new AssertionError("no commit: " + lines));
            line(message).forEach(lines::add);
            if (message instanceof Message.Commit commit) {
                confirmable = commit.end();
                return lines;
            }
        }
    }

    Lsn confirmable() {
        return confirmable;
    }

    private Stream<String> line(Message message) {
        return switch (message) {
            case Message.Begin begin -> Stream.of("begin");
            case Message.Commit commit -> Stream.of("commit");
            case Message.Relation relation -> Stream.of(described(relation));
            case Message.Insert i -> Stream.of("insert " + names.get(i.relation()) + text(i.row()));
            case Message.Update u -> Stream.of("update " + names.get(u.relation()) + old(u) + text(u.row()));
            case Message.Delete d ->
                Stream.of("delete " + names.get(d.relation()) + (d.whole() ? " whole" : " key") + text(d.old()));
            case Message.Truncate t ->
                Stream.of("truncate " + t.relations().stream().map(names::get).collect(joining(" "))
                        + (t.cascade() ? " cascade" : "") + (t.restartIdentity() ? " restart" : ""));
            case Message.Emitted m -> Stream.of("message " + m.prefix());
            case Message.Idle idle -> Stream.empty();
            case Message.StreamBegin b -> Stream.of("block");
            case Message.StreamEnd e -> Stream.of("block ends");
            case Message.Streamed s -> line(s.message());
            case Message.StreamCommit c -> Stream.of("commit of blocks");
            case Message.StreamAbort a -> Stream.of(a.isWhole() ? "abort" : "abort of a subtransaction");
            case Message.Ignored ignored -> Stream.empty();
        };
    }

    private String described(Message.Relation relation) {
        names.put(relation.id(), relation.table().name().name());
        return "table " + relation.table() + " " + relation.identity()
                + relation.columns().stream()
                        .map(c -> c.name() + (c.inKey() ? "*" : ""))
                        .collect(joining(",", "(", ")"));
    }

    private static String old(Message.Update update) {
        var old = update.old();
        return old == null ? "" : (update.wholeOld() ? " whole" : " key") + text(old) + " to";
    }

    private static String text(Tuple row) {
        return IntStream.range(0, row.width()).mapToObj(i -> value(row, i)).collect(joining(",", "(", ")"));
    }

    private static String value(Tuple row, int column) {
        if (row.isNull(column)) {
            return "null";
        }
        var value = row.isUnchanged(column) ? "unchanged" : new String(row.value(column), StandardCharsets.UTF_8);
        return value.length() > 60 ? value.length() + " characters" : value;
    }
}
