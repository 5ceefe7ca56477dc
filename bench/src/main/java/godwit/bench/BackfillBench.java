package godwit.bench;

import java.util.List;
import java.util.Map;

/** Fills a column of two million rows while its table can be written. */
final class BackfillBench implements Bench {
    private final Peer peer;

    BackfillBench(Peer peer) {
        this.peer = peer;
    }

    /** Who else can. */
    interface Peer {
        String benchmark();

        String against();

        double least();

        /** Fills the column of a new table, and returns how many seconds that took. */
        double fill(Setting setting);
    }

    @Override
    public String name() {
        return peer.benchmark();
    }

    @Override
    public List<String> programs() {
        return List.of();
    }

    @Override
    public Map<String, Comparison> run(Setting setting) {
        var seconds = Turns.take(setting.runs(), run -> ours(setting), run -> peer.fill(setting));
        return Map.of(
                "people",
                new Comparison(
                        name(),
                        peer.against(),
                        "rows/s",
                        People.rows(setting),
                        seconds.getFirst(),
                        seconds.getLast(),
                        peer.least()));
    }

    private static double ours(Setting setting) {
        People.create(setting);
        var change = new Change(setting, People.DATABASE, People.OPERATIONS);
        change.verb("start", "--workers", Integer.toString(setting.jobs()));
        var seconds = change.backfillSeconds();
        requireFilled(setting, "_godwit_phone");
        return seconds;
    }

    /** A column that lacks values counts for nothing. */
    static void requireFilled(Setting setting, String column) {
        var wrong = Servers.text(
                setting.servers().source(),
                People.DATABASE,
                "SELECT count(*) FROM people WHERE " + column + " IS DISTINCT FROM " + People.UP);
        if (!wrong.equals("0")) {
            throw new IllegalStateException(wrong + " rows are not filled");
        }
    }
}
