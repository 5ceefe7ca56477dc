package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class ApplyingKeylessRowsTest {
    private final Pair pair;

    ApplyingKeylessRowsTest(Pair pair) {
        this.pair = pair;
    }

    private void follows(String tables, String... changes) {
        pair.both(tables);
        try (var following = Following.of(pair)) {
            for (var change : changes) {
                pair.source(change);
                following.catchUp();
                pair.assertSame();
            }
        }
    }

    @Test
    void equalRowsKeepTheirNumber() {
        follows("""
                CREATE TABLE t (a int, b text); ALTER TABLE t REPLICA IDENTITY FULL;
                INSERT INTO t SELECT i % 3, 'x' FROM generate_series(1, 30) i""", """
                DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)""", """
                INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, NULL), (NULL, '')""", """
                BEGIN; DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE a IS NULL);
                UPDATE t SET b = 'y' WHERE ctid IN (SELECT ctid FROM t WHERE a = 1 LIMIT 2); INSERT INTO t VALUES (1, 'y');
                COMMIT""", "UPDATE t SET a = a", "DELETE FROM t WHERE a = 2", "DELETE FROM t");
        assertThat(pair.targetRows("SELECT a FROM t")).isEmpty();
    }

    @Test
    void rowsOfTypesWithoutEqualityAreFound() {
        follows("""
                CREATE TABLE t (j json, x xml, p point, m money, b bit varying, v tsvector, n numeric, f float8);
                ALTER TABLE t REPLICA IDENTITY FULL""", """
                INSERT INTO t SELECT '{"a": 1}', '<a/>', '(1,2)', 3, B'101', 'a:1', 1.0, 0 FROM generate_series(1, 3)""", """
                INSERT INTO t SELECT '{"a":1}', '<a/>', '(1,2)', 3, B'101', 'a:1', 1.00, '-0' FROM generate_series(1, 2)""", """
                DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE n::text = '1.00')""", """
                UPDATE t SET p = '(3,4)' WHERE ctid = (SELECT max(ctid) FROM t); UPDATE t SET n = 1.00""", """
                DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)""");
    }

    @Test
    void toastedValuesOfRowsWithoutAKeyAreKept() {
        follows("""
                CREATE TABLE t (a int, big text, j json); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
                ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t SELECT i, repeat('b' || i, 5000), '[1]'
                FROM generate_series(1, 5) i""", "UPDATE t SET a = a + 1", "DELETE FROM t WHERE a = 3");
    }

    @Test
    void uniqueNumbersOfRowsWithoutAKeyWander() {
        follows("""
                CREATE TABLE t (n int UNIQUE, v text); ALTER TABLE t REPLICA IDENTITY FULL;
                INSERT INTO t VALUES (1, 'a'), (2, 'b'), (NULL, 'c')""", """
                BEGIN; UPDATE t SET n = 0 WHERE n = 1; UPDATE t SET n = 1 WHERE n = 2; UPDATE t SET n = 2 WHERE n = 0;
                COMMIT""", "UPDATE t SET v = 'z'", "DELETE FROM t WHERE n = 1; INSERT INTO t VALUES (1, 'new')");
    }

    @Test
    void rowsWithoutAKeyInTextFormAreFound() {
        follows("""
                CREATE TABLE t (r regclass, v text); ALTER TABLE t REPLICA IDENTITY FULL""", """
                INSERT INTO t SELECT 'pg_class', E'a\\tb\\\\c\\nd\\r' || chr(8) FROM generate_series(1, 2)""", """
                DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t); INSERT INTO t VALUES (NULL, '\\N'), (NULL, NULL)""", """
                DELETE FROM t WHERE v = '\\N'""");
    }

    /** Compared pair by pair, 25 million times, this would take minutes. */
    @Test
    void rowsOfAnyTypesAreFoundByTheirHash() {
        pair.both("CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN word AS varchar(9)");
        var k = "ALTER TABLE %1$s REPLICA IDENTITY FULL; INSERT INTO %1$s SELECT ";
        var rows = " FROM generate_series(1, 5000) i";
        pair.both("CREATE TABLE names (a varchar(20), b varchar);" + k.formatted("names") + "'a' || i % 4000, 'b'"
                + rows);
        pair.both("CREATE TABLE words (a word);" + k.formatted("words") + "'w' || i" + rows);
        pair.both("CREATE TABLE points (a point);" + k.formatted("points") + "point(i, 0)" + rows);
        pair.both("CREATE TABLE moods (a mood, b json);" + k.formatted("moods") + "'sad', json_build_array(i % 50)"
                + rows);
        try (var following = Following.of(pair)) {
            pair.source("UPDATE names SET b = 'c' WHERE a > 'a2'; DELETE FROM words WHERE a > 'w3'; DELETE FROM points"
                    + " WHERE a[0] > 100; DELETE FROM moods WHERE b ->> 0 = '7'");
            following.catchUp();
            pair.assertSame();
        }
    }
}
