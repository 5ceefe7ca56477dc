package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;
import java.util.stream.Stream;

/**
 * A function that keeps the versions of a table's rows in step, and its triggers.
 *
 * @param table whose rows
 * @param run the short id of the run
 * @param id that of the table
 */
record Sync(Part part, TableName table, String run, String id) {
    /** When it is called, seen from people's own triggers that see rows before they are written. */
    enum Part {
        /** There are none. */
        WHOLE,
        /** Before them: they see what the old version would have written. */
        FIRST,
        /** Behind them: what they have made of it goes to the new version. */
        LAST
    }

    private static final String UNLESS_FILLING =
            " WHEN (current_setting('godwit.backfill', true) IS DISTINCT FROM 'on')";

    /** All that may be there. */
    static Stream<Sync> any(TableName table, String run, String id) {
        return Stream.of(Part.FIRST, Part.LAST).map(part -> new Sync(part, table, run, id));
    }

    TableName function() {
        return TableName.of("godwit", (part == Part.LAST ? "sync_last_%s_%s" : "sync_%s_%s").formatted(run, id));
    }

    /** Triggers are called in the order of their names. */
    Identifier trigger(String event) {
        return new Identifier((part == Part.LAST ? "~" : "!") + "godwit_%s_%s".formatted(event, run));
    }

    List<String> create() {
        return Stream.of(create("insert", ""), create("update", UNLESS_FILLING))
                .flatMap(List::stream)
                .toList();
    }

    private List<String> create(String event, String when) {
        var name = trigger(event).sql();
        return List.of(
                "CREATE TRIGGER " + name + " BEFORE " + event + " ON " + table.sql() + " FOR EACH ROW" + when
                        + " EXECUTE FUNCTION " + function().sql() + "()",
                "ALTER TABLE " + table.sql() + " ENABLE ALWAYS TRIGGER " + name);
    }

    /** Does nothing where they are not there. */
    List<String> drop() {
        return List.of(
                "DROP TRIGGER IF EXISTS " + trigger("insert").sql() + " ON " + table.sql(),
                "DROP TRIGGER IF EXISTS " + trigger("update").sql() + " ON " + table.sql(),
                "DROP FUNCTION IF EXISTS " + function().sql() + "()");
    }
}
