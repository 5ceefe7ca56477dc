package godwit.cli.live;

import java.util.ArrayList;
import java.util.List;

/** Turns how a run stands into lines for people, and remembers enough to tell its speed. */
public final class Drawing {
    private static final int TABLES_MAX = 12;
    private static final int BAR_COLUMNS = 24;

    private final Terminal terminal;
    private final Speed speed = new Speed();

    public Drawing(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The phase in one line; while rows are copied, also a line with a bar for each table. */
    public List<String> lines(Standing standing, long nanos) {
        speed.see(nanos, standing.rows());
        var lines = new ArrayList<String>();
        var headline = headline(standing);
        var waits = standing.throttle().equals("none") ? "" : "waiting: " + standing.throttle();
        if (waits.isEmpty() || !terminal.isLive() || headline.length() + 3 + waits.length() < terminal.columns()) {
            lines.add((headline + "   " + waits).stripTrailing());
        } else {
            lines.add(headline);
            lines.add("  " + waits);
        }
        switch (standing.phase()) {
            case FILLING -> lines.addAll(bars(standing));
            case PLANNED,
                    EXPANDING,
                    FOLLOWING,
                    READY,
                    SWITCHING,
                    SWITCHED,
                    SWITCHING_BACK,
                    COMPLETING,
                    COMPLETED,
                    ROLLING_BACK,
                    ROLLED_BACK -> {}
        }
        return lines;
    }

    /** The phase and what can be told of it. */
    private String headline(Standing standing) {
        if (!standing.isFollowed()) {
            return "%-10s nobody follows; %s".formatted(standing.state(), behind(standing.lag()));
        }
        return "%-10s %s".formatted(standing.state(), detail(standing)).stripTrailing();
    }

    private String detail(Standing standing) {
        var behind = behind(standing.lag());
        return switch (standing.phase()) {
            case PLANNED -> "";
            case EXPANDING -> "listening to the source, making the tables on the target";
            case FILLING -> filling(standing);
            case FOLLOWING -> "catching up: " + behind;
            case READY -> "in step: " + behind;
            case SWITCHING -> "the writes are moving to the target";
            case SWITCHED -> "writes on the target, source in step: " + behind;
            case SWITCHING_BACK -> "the writes are moving back to the source";
            case COMPLETING -> "taking away what is not needed any more";
            case COMPLETED -> "the writes stay on the target";
            case ROLLING_BACK -> "taking away what was made";
            case ROLLED_BACK -> "the writes are on the source, as before";
        };
    }

    private static String behind(Standing.Lag lag) {
        return lag.isKnown()
                ? "%s, %s behind".formatted(Words.time(lag.seconds()), Words.bytes(lag.bytes()))
                : "how far behind is not known";
    }

    private String filling(Standing standing) {
        var share = standing.rows() / (double) Math.max(1, standing.total());
        var rate = speed.perSecond();
        if (standing.total() == 0) {
            return "beginning to copy";
        }
        if (standing.tables().stream().allMatch(Standing.TableStanding::isDone)) {
            return "all rows copied, building indexes";
        }
        if (standing.rows() >= standing.total()) {
            return "%s so far   %s/s".formatted(Words.of(standing.rows(), "row"), Words.count(Math.round(rate)));
        }
        var text = "%3.0f %%   %s of %s"
                .formatted(100 * share, Words.count(standing.rows()), Words.of(standing.total(), "row"));
        return rate < 1
                ? text
                : text
                        + "   %s/s   %s left"
                                .formatted(
                                        Words.count(Math.round(rate)),
                                        Words.time((standing.total() - standing.rows()) / rate));
    }

    private List<String> bars(Standing standing) {
        var widest = standing.tables().stream()
                .mapToInt(t -> t.table().length())
                .max()
                .orElse(0);
        var all = standing.tables();
        var shown = all.size() <= TABLES_MAX
                ? all
                : all.stream().filter(t -> !t.isDone()).limit(TABLES_MAX).toList();
        var lines = new ArrayList<String>();
        for (var table : shown) {
            var name = table.table() + " ".repeat(widest - table.table().length());
            lines.add("  " + name + "  " + terminal.bar(table.share(), BAR_COLUMNS) + "  " + rows(table));
        }
        if (shown.size() < all.size()) {
            var done = all.stream().filter(Standing.TableStanding::isDone).count();
            lines.add("  %d of %d tables are done".formatted(done, all.size()));
        }
        return lines;
    }

    private static String rows(Standing.TableStanding table) {
        if (table.isDone()) {
            return Words.count(table.rows());
        }
        return Words.count(table.rows())
                + (table.rows() >= table.total() ? " so far" : " of about " + Words.count(table.total()));
    }
}
