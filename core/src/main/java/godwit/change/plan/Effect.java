package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an operation does beside giving tables that are there other columns. */
interface Effect {
    /** What tables and their columns are called in the database while the change goes on. */
    interface Names {
        TableName table(Member member);

        /** What the columns that an operation saw have become, by the names that they had then. */
        Map<Identifier, Identifier> columns(Seen seen);
    }

    /** Whether there is nothing of it without this table. */
    default boolean isAbout(Member member) {
        return false;
    }

    /** Whether there is nothing of it without this column of a table. */
    default boolean needs(Member member, Slot column) {
        return false;
    }

    /** The foreign key by which it refers to a table, or to one of its columns, if it does. */
    default Optional<Identifier> refersTo(Member member, Optional<Slot> column) {
        return Optional.empty();
    }

    /** Before all else. */
    default List<Step> made() {
        return List.of();
    }

    /** Indexes, when rows have their values. */
    default List<Step> indexes(Names names) {
        return List.of();
    }

    /** When all indexes are there. */
    default List<Step> constraints(Names names) {
        return List.of();
    }

    /** What it has made beside tables and must still be there when only the new version is to be left. */
    default List<Counterpart> lasting() {
        return List.of();
    }

    /** Statements of the one transaction that leaves only the new version, when columns have their names. */
    default List<String> contract() {
        return List.of();
    }

    /** The same, when all that refers to tables by their old names is there again. */
    default List<String> last() {
        return List.of();
    }

    /** The table that {@link #contract} and {@link #last} need for themselves. */
    default Optional<TableName> locked() {
        return Optional.empty();
    }

    /** Takes {@link #made} back, when all that came after it is taken back. */
    default List<Step> unmade() {
        return List.of();
    }

    /** Takes the rest back; every statement does nothing where there is nothing to take back. */
    default List<Step> takenBack() {
        return List.of();
    }

    /** A step that is over in a moment. */
    static Step brief(String name, Lock lock, List<String> sql) {
        return new Step.InTransaction(name, sql, lock, false, 0.05);
    }
}
