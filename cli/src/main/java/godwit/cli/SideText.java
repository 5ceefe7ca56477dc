package godwit.cli;

import godwit.cli.live.Words;
import godwit.postgres.move.SideView;
import java.util.ArrayList;
import java.util.List;

/** What was seen of one side, in people's words. */
final class SideText {
    private SideText() {}

    static List<String> lines(SideView side) {
        var lines = new ArrayList<String>();
        if (side.problem().isPresent()) {
            var problem = side.problem().get();
            lines.add("The %s %s: %s  [%s]"
                    .formatted(side.side().word(), side.place(), problem.message(), problem.code()));
            return lines;
        }
        lines.add("The %s %s answers: PostgreSQL %s, %s"
                .formatted(side.side().word(), side.place(), side.server(), transport(side)));
        for (var slot : side.slots()) {
            lines.add("  slot %s keeps %s of log (%s, %s)"
                    .formatted(
                            slot.name(),
                            Words.bytes(slot.keptBytes()),
                            slot.walStatus(),
                            slot.active() ? "read now" : "read by nobody"));
        }
        side.gate()
                .ifPresent(gate -> lines.add("  gate at epoch %d, %s"
                        .formatted(gate.epoch(), gate.fenced() ? "a fence stands" : "no fence")));
        for (var open : side.longTransactions()) {
            lines.add("  process %d (%s, %s) has had a transaction open for %s"
                    .formatted(open.pid(), open.role(), open.application(), Words.time((double) open.seconds())));
        }
        for (var wait : side.lockWaits()) {
            lines.add("  process %d (%s) waits for %s, behind %s, for %s"
                    .formatted(
                            wait.pid(),
                            wait.application(),
                            wait.table().isEmpty() ? "a lock" : wait.table(),
                            wait.by(),
                            Words.time((double) wait.seconds())));
        }
        lines.add("  %s of Godwit".formatted(Words.of(side.sessions().size(), "session")));
        return lines;
    }

    private static String transport(SideView side) {
        return side.transport().equals("plain") ? "without TLS" : side.transport();
    }
}
