package godwit.postgres.move;

import godwit.move.Side;
import godwit.verify.Verification;

/** The verifications of a run in its ledger: which, when, of what position, and how many differences they found. */
record VerificationTable(MoveContext context) {
    /** Writes one down; one that was carried out again under its id replaces what was written before. */
    void write(Verification verification, Side leader) {
        try (var target = context.openApplying(Side.TARGET, "verify")) {
            target.execute(
                    """
                    INSERT INTO godwit.verification (id, run, phase, leader, position, rows_compared, differences)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET position = excluded.position,
                      rows_compared = excluded.rows_compared, differences = excluded.differences,
                      ended_at = clock_timestamp()""",
                    verification.id(),
                    context.run(),
                    verification.phase(),
                    leader.word(),
                    verification.position(),
                    verification.rowsCompared(),
                    verification.differences());
        }
    }
}
