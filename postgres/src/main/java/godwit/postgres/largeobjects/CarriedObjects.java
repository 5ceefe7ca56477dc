package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The ledger's account of the large objects that a run carried, in the target.
 *
 * <p>It says what Godwit wrote on the side that follows. So an object that somebody else has changed or made there is
 * known, and neither overwritten nor removed: no gate can keep such writers out.
 */
public final class CarriedObjects {
    public static final String TABLE = """
            CREATE TABLE IF NOT EXISTS godwit.large_object (
              run uuid NOT NULL REFERENCES godwit.run, oid oid NOT NULL, carried boolean NOT NULL,
              before text NOT NULL DEFAULT '', after text NOT NULL DEFAULT '',
              noted_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (run, oid))""";

    private static final int OBJECTS_PER_TRANSACTION = 200;

    private final UUID run;

    public CarriedObjects(UUID run) {
        this.run = run;
    }

    /**
     * What the ledger has of an object.
     *
     * @param carried whether this run carries it; else it is the target's own, or another run's
     * @param before what the follower had when it was last written
     * @param after what it was to have then: which of both it has, a kill may have decided
     */
    record Entry(long oid, boolean carried, String before, String after) {
        boolean knows(LargeObject onFollower) {
            return carried
                    && (onFollower.print().equals(before) || onFollower.print().equals(after));
        }
    }

    /** Notes what the target has before anything is carried: that never becomes the run's. */
    public void noteOwn(Session target) {
        target.execute("""
                INSERT INTO godwit.large_object (run, oid, carried)
                SELECT ?, m.oid, false FROM pg_catalog.pg_largeobject_metadata m ON CONFLICT DO NOTHING""", run);
    }

    boolean isEmpty(Session target) {
        return target.is("SELECT NOT EXISTS (SELECT FROM godwit.large_object WHERE run = ? AND carried)", run);
    }

    /** The entries from one OID to another; of an object of several runs, this run's. */
    Map<Long, Entry> within(Session target, long from, long to) {
        var all = new HashMap<Long, Entry>();
        target.query(
                """
                SELECT DISTINCT ON (o.oid) o.oid::bigint, o.carried AND o.run = ?, o.before, o.after
                FROM godwit.large_object o
                WHERE o.oid BETWEEN ?::bigint::oid AND ?::bigint::oid AND (o.run = ? OR o.carried)
                ORDER BY o.oid, o.run = ? DESC""",
                row -> {
                    var entry = new Entry(row.getLong(1), row.getBoolean(2), row.getString(3), row.getString(4));
                    return all.put(entry.oid(), entry);
                },
                run,
                from,
                to,
                run,
                run);
        return all;
    }

    /** Notes objects as carried, before what is written on the follower is committed. */
    void note(Session target, Collection<Entry> entries) {
        target.execute(
                """
                INSERT INTO godwit.large_object (run, oid, carried, before, after)
                SELECT ?, e.oid::oid, true, e.before, e.after
                FROM unnest(?::bigint[], ?::text[], ?::text[]) AS e (oid, before, after)
                ON CONFLICT (run, oid) DO UPDATE SET carried = true, before = excluded.before, after = excluded.after,
                  noted_at = clock_timestamp()""",
                run,
                entries.stream().map(Entry::oid).toArray(Long[]::new),
                entries.stream().map(Entry::before).toArray(String[]::new),
                entries.stream().map(Entry::after).toArray(String[]::new));
    }

    void forget(Session target, List<Long> oids) {
        target.execute(
                "DELETE FROM godwit.large_object WHERE run = ? AND carried AND oid = ANY (?::bigint[]::oid[])",
                run,
                Listing.array(oids));
    }

    /** Removes from the target all that the run carried, some at a time. */
    public void remove(Session target) {
        while (target.transaction(this::removeSome) > 0) {
            // Each turn's removal and its entries are committed together.
        }
    }

    private int removeSome(Session target) {
        return target.query("""
                WITH gone AS (
                  DELETE FROM godwit.large_object o WHERE o.run = ? AND o.oid IN (
                    SELECT c.oid FROM godwit.large_object c WHERE c.run = ? AND c.carried ORDER BY c.oid LIMIT ?)
                  RETURNING o.oid)
                SELECT CASE WHEN m.oid IS NOT NULL THEN pg_catalog.lo_unlink(m.oid) END
                FROM gone LEFT JOIN pg_catalog.pg_largeobject_metadata m USING (oid)""", row -> row.getInt(1), run, run, OBJECTS_PER_TRANSACTION)
                .size();
    }
}
