package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;

/** One thing that is done to the database, of which nothing or all is done. */
public sealed interface Step {
    /** What it is for. */
    String name();

    /** Its statements, in order. */
    List<String> sql();

    Lock lock();

    /** Whether it reads a whole table. */
    boolean scans();

    /** Whether it writes a whole table anew while nobody can use it. */
    default boolean rewrites() {
        return false;
    }

    /** For how long it is expected to work, from the catalog's statistics. */
    double estimateSeconds();

    /** Statements of one transaction, which takes its locks in short turns. */
    record InTransaction(String name, List<String> sql, Lock lock, boolean scans, double estimateSeconds)
            implements Step {
        public InTransaction {
            sql = List.copyOf(sql);
        }
    }

    /**
     * Statements of people's own, in one transaction.
     *
     * @param forecast what they will do
     */
    record Statements(String name, List<String> sql, Forecast forecast, double estimateSeconds) implements Step {
        public Statements {
            sql = List.copyOf(sql);
        }

        @Override
        public Lock lock() {
            return forecast.lock();
        }

        @Override
        public boolean scans() {
            return rewrites();
        }

        @Override
        public boolean rewrites() {
            return !forecast.rewritten().isEmpty();
        }
    }

    /**
     * An index that is built while the table is written; whether it is there is seen in the catalog.
     *
     * @param index in the table's schema
     */
    record Concurrently(String name, TableName table, Identifier index, String statement, double estimateSeconds)
            implements Step {
        @Override
        public List<String> sql() {
            return List.of(statement);
        }

        @Override
        public Lock lock() {
            return Lock.SHARE_UPDATE_EXCLUSIVE;
        }

        @Override
        public boolean scans() {
            return true;
        }
    }

    /**
     * Rows that are filled range by range, each in a transaction with its place in the ledger.
     *
     * @param key in the order of an index; empty for a table without a key, which is walked through page by page
     * @param assignments behind SET, over the row named by the table
     * @param condition which rows still want it, over the same row
     */
    record Backfill(
            String name,
            TableName table,
            List<Identifier> key,
            List<String> assignments,
            String condition,
            double estimateSeconds)
            implements Step {
        public Backfill {
            key = List.copyOf(key);
            assignments = List.copyOf(assignments);
        }

        @Override
        public List<String> sql() {
            return List.of("UPDATE ONLY " + table.sql() + " AS " + table.name().sql() + " SET "
                    + String.join(", ", assignments) + " WHERE " + condition);
        }

        @Override
        public Lock lock() {
            return Lock.ROW_EXCLUSIVE;
        }

        @Override
        public boolean scans() {
            return true;
        }
    }
}
