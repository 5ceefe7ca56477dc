package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contents of large objects, read and written a megabyte at a time.
 *
 * <p>They are read from {@code pg_largeobject} itself, which takes one privilege for all objects, and written by
 * {@code lo_put}, which asks for each.
 */
final class Pages {
    static final int PAGES_PER_PIECE = 512;

    private static final long PIECE_BYTES = (long) PAGES_PER_PIECE * Listing.PAGE_BYTES;

    private static final String PIECES = """
            SELECT p.loid::bigint, p.pageno / 512, count(*)::int, max(p.ends), sum(p.hash)::text
            FROM (%s WHERE l.loid = ANY (?::bigint[]::oid[])) p GROUP BY 1, 2 ORDER BY 1, 2
            """.formatted(Listing.PAGE);

    private static final String READ = """
            SELECT l.loid::bigint, l.pageno, l.data
            FROM unnest(?::bigint[], ?::int[]) AS p (oid, piece)
            JOIN pg_catalog.pg_largeobject l
              ON l.loid = p.oid::oid AND l.pageno BETWEEN p.piece * 512 AND p.piece * 512 + 511
            ORDER BY 1, 2""";

    private static final String WRITE = """
            SELECT pg_catalog.lo_put(w.oid::oid, w.at, w.data)
            FROM unnest(?::bigint[], ?::bigint[], ?::bytea[]) AS w (oid, at, data)""";

    /** {@code 131072} is INV_WRITE; what lies behind the length goes, and a hole before it is kept as one. */
    private static final String CUT = """
            SELECT pg_catalog.lo_truncate64(pg_catalog.lo_open(t.oid::oid, 131072), t.bytes)
            FROM unnest(?::bigint[], ?::bigint[]) AS t (oid, bytes)
            WHERE t.bytes <> coalesce((SELECT max(p.ends) FROM (%s WHERE l.loid = t.oid::oid) p), 0)
            """.formatted(Listing.PAGE);

    private Pages() {}

    /** Which megabyte of an object. */
    record Place(long oid, int number) {
        /** The offset of its first byte. */
        long begins() {
            return number * PIECE_BYTES;
        }
    }

    /** A megabyte of an object, or what is there of it. */
    record Piece(Place place, int pages, long ends, String hash) {}

    /**
     * A megabyte that is to be written.
     *
     * @param bytes the length of the whole object
     * @param replaces whether the follower has something there
     */
    record Wanted(Piece piece, long bytes, boolean replaces) {}

    static List<Piece> pieces(Session session, List<Long> oids) {
        return session.query(
                PIECES,
                row -> new Piece(
                        new Place(row.getLong(1), row.getInt(2)), row.getInt(3), row.getLong(4), row.getString(5)),
                Listing.array(oids));
    }

    /** Copies pieces as they are in the leader's transaction. */
    static void copy(Session leader, Session follower, List<Wanted> wanted) {
        var turn = new ArrayList<Wanted>();
        var pages = 0;
        for (var one : wanted) {
            var size = one.replaces() ? PAGES_PER_PIECE : one.piece().pages();
            if (!turn.isEmpty() && pages + size > PAGES_PER_PIECE) {
                copyTurn(leader, follower, turn);
                turn.clear();
                pages = 0;
            }
            turn.add(one);
            pages += size;
        }
        copyTurn(leader, follower, turn);
    }

    private static void copyTurn(Session leader, Session follower, List<Wanted> turn) {
        var found = new HashMap<Place, List<Page>>();
        leader.query(
                READ,
                row -> {
                    var page = new Page(row.getInt(2), row.getBytes(3));
                    var place = new Place(row.getLong(1), page.number() / PAGES_PER_PIECE);
                    return found.computeIfAbsent(place, any -> new ArrayList<>())
                            .add(page);
                },
                turn.stream().map(w -> w.piece().place().oid()).toArray(Long[]::new),
                turn.stream().map(w -> w.piece().place().number()).toArray(Integer[]::new));
        var runs = new ArrayList<Run>();
        for (var one : turn) {
            var pages = found.getOrDefault(one.piece().place(), List.of());
            runs.addAll(one.replaces() ? List.of(whole(one, pages)) : runs(one, pages));
        }
        runs.removeIf(run -> run.data().length == 0);
        if (!runs.isEmpty()) {
            follower.execute(
                    WRITE,
                    runs.stream().map(Run::oid).toArray(Long[]::new),
                    runs.stream().map(Run::at).toArray(Long[]::new),
                    runs.stream().map(Run::data).toArray(byte[][]::new));
        }
    }

    private record Page(int number, byte[] data) {
        boolean isZero() {
            for (var each : data) {
                if (each != 0) {
                    return false;
                }
            }
            return true;
        }

        long begins() {
            return (long) number * Listing.PAGE_BYTES;
        }

        /** The page as long as it is for those who read it. */
        byte[] padded(long objectBytes) {
            return Arrays.copyOf(data, (int) Math.min(Listing.PAGE_BYTES, objectBytes - begins()));
        }
    }

    private record Run(long oid, long at, byte[] data) {}

    /** All of a piece, with zeros where the leader has nothing: they replace what the follower has there. */
    private static Run whole(Wanted wanted, List<Page> pages) {
        var begins = wanted.piece().place().begins();
        var data = new byte[(int) Math.clamp(wanted.bytes() - begins, 0, PIECE_BYTES)];
        for (var page : pages) {
            System.arraycopy(page.data(), 0, data, (int) (page.begins() - begins), page.data().length);
        }
        return new Run(wanted.piece().place().oid(), begins, data);
    }

    /** The pages that hold something, those that follow each other together; holes stay holes. */
    private static List<Run> runs(Wanted wanted, List<Page> pages) {
        var runs = new ArrayList<Run>();
        var data = new ByteArrayOutputStream();
        var at = 0L;
        for (var page : pages) {
            if (page.isZero()) {
                continue;
            }
            if (data.size() == 0 || at + data.size() != page.begins()) {
                runs.add(new Run(wanted.piece().place().oid(), at, data.toByteArray()));
                data.reset();
                at = page.begins();
            }
            data.writeBytes(page.padded(wanted.bytes()));
        }
        runs.add(new Run(wanted.piece().place().oid(), at, data.toByteArray()));
        return runs;
    }

    /** Gives objects their lengths. */
    static void cut(Session follower, Map<Long, Long> bytes) {
        var oids = List.copyOf(bytes.keySet());
        follower.execute(CUT, Listing.array(oids), oids.stream().map(bytes::get).toArray(Long[]::new));
    }
}
