package godwit.testkit.fake;

import godwit.move.Tuple;

/** One change of a fake database's contents; a place stands for the page that a row lies in. */
public sealed interface Write {
    record Insert(FakeTable table, Tuple row, int place) implements Write {}

    record Update(FakeTable table, Tuple before, Tuple after, int place) implements Write {}

    record Delete(FakeTable table, Tuple before) implements Write {}

    record Truncate(FakeTable table) implements Write {}

    /** Gives the table a new file with the same rows, as VACUUM FULL and some ALTER TABLE do; not in any stream. */
    record Rewrite(FakeTable table) implements Write {}

    /** Something that Godwit keeps in the database: a row of its own or an object that it made. */
    record Put(String note, Object value) implements Write {}

    record Remove(String note) implements Write {}
}
