package godwit.postgres.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import godwit.verify.RowDifference;
import godwit.verify.RowDifference.Kind;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TwoServers.class)
class VerificationOfRowsTest {
    private static final String PERSONS = """
            CREATE EXTENSION IF NOT EXISTS citext;
            CREATE TYPE rank AS ENUM ('low', 'high');
            CREATE TYPE address AS (street text, rank rank);
            CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
            CREATE TABLE persons (id bigint PRIMARY KEY, name citext, weight numeric, span interval, stamp timestamptz,
                photo bytea, facts jsonb, loose json, aliases text[], home address, rank rank, mail email, code char(5),
                bare bpchar, ratio float8, small float4, days daterange, spot point, words tsvector, note xml,
                fee money, flags varbit, net inet, what regclass, ranks rank[], absent text, badge int UNIQUE,
                shout text GENERATED ALWAYS AS (upper(code)) STORED);
            INSERT INTO persons SELECT i, 'Name ' || i, 1.50, '1 day', '2026-01-01 00:00:00.000001+00',
                '\\x0102ff', '{"a": 1.0}', '{"a": 1, "b": 2}', ARRAY['x', NULL, 'ü"'], ROW('Way', 'low')::address,
                'low', 'p@example.org', 'ab', 'ab', 0, 0.1, '[2026-01-01,2026-02-01)', '(1,2)', 'a fat cat', '<a/>',
                '12.34', B'101', '10.0.0.1/8', 'pg_catalog.pg_class', '{low,high}', NULL, i
            FROM generate_series(1, 200) i;
            """;

    /* What equality, a hash of equality, or a careless cast to text does not see. */
    private static final List<String> HARD_TO_SEE = List.of(
            "name = upper(name)",
            "weight = 1.5",
            "span = '24:00'",
            "stamp = stamp + interval '1 microsecond'",
            "photo = substr(photo, 2) || substr(photo, 1, 1)",
            "photo = ''",
            "facts = '{\"a\": 1.00}'",
            "loose = '{\"b\": 2, \"a\": 1}'",
            "aliases = ARRAY['x', 'NULL', 'ü\"']",
            "aliases = '[0:2]={x,NULL,\"ü\\\"\"}'",
            "home = ROW('Way', 'high')::address",
            "home = ROW(NULL, NULL)::address",
            "rank = 'high'",
            "mail = 'P@example.org'",
            "mail = NULL",
            "bare = 'ab '",
            "ratio = '-0'",
            "ratio = 'NaN'",
            "small = 0.10000001",
            "days = '[2026-01-01,2026-02-02)'",
            "spot = '(1,2.0000000000000004)'",
            "words = 'a fat cats'",
            "note = '<a></a>'",
            "fee = '12.35'",
            "flags = B'1010'",
            "net = '10.0.0.1/9'",
            "what = 'pg_catalog.pg_type'",
            "ranks = '{high,low}'",
            "absent = ''");

    @Test
    void equalDatabasesHaveNoDifferences(TwoDatabases databases) throws SQLException {
        databases.both(PERSONS);

        var found = databases.compare();

        assertThat(found.isEqual()).isTrue();
        assertThat(found.rowsCompared()).isEqualTo(200);
    }

    @Test
    void eachChangeThatIsHardToSeeIsNamedAndRepaired(TwoDatabases databases) throws SQLException {
        databases.both(PERSONS);
        for (int i = 0; i < HARD_TO_SEE.size(); i++) {
            databases.corrupt("UPDATE persons SET %s WHERE id = %d".formatted(HARD_TO_SEE.get(i), i + 1));
        }

        var found = databases.compare();

        var expected = IntStream.range(0, HARD_TO_SEE.size())
                .mapToObj(i -> new RowDifference(
                        Kind.CHANGED,
                        "{\"id\": %d}".formatted(i + 1),
                        List.of(HARD_TO_SEE.get(i).replaceFirst(" .*", ""))))
                .toList();
        assertThat(TwoDatabases.rows(found)).containsExactlyInAnyOrderElementsOf(expected);
        databases.assertRepaired(found, HARD_TO_SEE.size());
    }

    @Test
    void aRowThatIsMissingOrExtraIsNamed(TwoDatabases databases) throws SQLException {
        databases
                .both(PERSONS)
                .corrupt("DELETE FROM persons WHERE id = 9; INSERT INTO persons (id, code) VALUES (-1, 'x')");

        var found = databases.compare();

        assertThat(TwoDatabases.rows(found))
                .containsExactlyInAnyOrder(
                        new RowDifference(Kind.MISSING, "{\"id\": 9}", List.of()),
                        new RowDifference(Kind.EXTRA, "{\"id\": -1}", List.of()));
        databases.assertRepaired(found, 2);
    }

    @Test
    void generatedColumnsAreComparedThoughNeverWritten(TwoDatabases databases) throws SQLException {
        databases.both("CREATE TABLE t (id int PRIMARY KEY, a text)");
        databases.leader().execute("ALTER TABLE public.t ADD b text GENERATED ALWAYS AS (upper(a)) STORED");
        databases.follower().execute("ALTER TABLE public.t ADD b text GENERATED ALWAYS AS (lower(a)) STORED");
        databases.both("INSERT INTO t VALUES (1, 'x')");

        assertThat(TwoDatabases.rows(databases.compare()))
                .containsExactly(new RowDifference(Kind.CHANGED, "{\"id\": 1}", List.of("b")));
    }

    @Test
    void uniqueValuesThatWereSwappedAreRepaired(TwoDatabases databases) throws SQLException {
        databases.both(PERSONS).corrupt("""
                        UPDATE persons SET badge = -1 WHERE id = 3; UPDATE persons SET badge = 3 WHERE id = 4;
                        UPDATE persons SET badge = 4 WHERE id = 3""");

        var found = databases.compare();

        assertThat(TwoDatabases.rows(found)).extracting(RowDifference::columns).containsOnly(List.of("badge"));
        databases.assertRepaired(found, 2);
    }

    @Test
    void identityColumnsAreRepairedWithTheirValues(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text);
                INSERT INTO t (a) SELECT 'a' || i FROM generate_series(1, 50) i""");
        databases.corrupt("DELETE FROM t WHERE id IN (10, 20); UPDATE t SET a = 'other' WHERE id = 30");

        databases.assertRepaired(databases.compare(), 3);
    }

    @Test
    void rowsWithoutAKeyAreComparedByTheirCopies(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE TABLE links (a int, b text); ALTER TABLE links REPLICA IDENTITY FULL;
                INSERT INTO links SELECT i % 5, 'knows' FROM generate_series(1, 100) i""");
        databases.corrupt("""
                        INSERT INTO links VALUES (1, 'knows'), (1, 'knows'), (77, NULL);
                        DELETE FROM links WHERE ctid IN (SELECT ctid FROM links WHERE a = 3 LIMIT 4)""");

        var found = databases.compare();

        assertThat(found.differences()).isEqualTo(7);
        assertThat(TwoDatabases.rows(found))
                .extracting(RowDifference::kind)
                .containsExactlyInAnyOrder(Kind.EXTRA, Kind.EXTRA, Kind.MISSING);
        assertThat(TwoDatabases.rows(found))
                .extracting(RowDifference::key)
                .anyMatch(key -> key.endsWith("\"copies\": 4}"));
        databases.assertRepaired(found, 7);
    }

    @Test
    void keysMatchByTheirText(TwoDatabases databases) throws SQLException {
        databases
                .both("""
                CREATE EXTENSION citext; CREATE TABLE tags (tag citext, day date, n numeric, PRIMARY KEY (tag, day, n));
                INSERT INTO tags VALUES ('Alpha', '2026-01-01', 1.0), ('say "x"\\', '2026-01-02', 2)""")
                .corrupt("UPDATE tags SET tag = 'ALPHA', n = 1.00 WHERE tag = 'alpha'; DELETE FROM tags WHERE n = 2");

        var found = databases.compare();

        assertThat(TwoDatabases.rows(found))
                .extracting(RowDifference::kind, RowDifference::key)
                .containsExactlyInAnyOrder(
                        tuple(Kind.MISSING, "{\"tag\": \"Alpha\", \"day\": \"2026-01-01\", \"n\": 1.0}"),
                        tuple(Kind.EXTRA, "{\"tag\": \"ALPHA\", \"day\": \"2026-01-01\", \"n\": 1.00}"),
                        tuple(Kind.MISSING, "{\"tag\": \"say \\\"x\\\"\\\\\", \"day\": \"2026-01-02\", \"n\": 2}"));
        databases.assertRepaired(found, 3);
    }

    @Test
    void aLongByteaIsNotMistakenForItsDigest(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE TABLE t (id int PRIMARY KEY, a bytea);
                INSERT INTO t SELECT i, convert_to(repeat('x', 510 + i), 'UTF8') FROM generate_series(1, 4) i""");
        databases.corrupt("""
                        UPDATE t SET a = overlay(a PLACING 'y'::bytea FROM 300) WHERE id = 2;
                        UPDATE t SET a = sha256(a) WHERE id = 3; UPDATE t SET a = NULL WHERE id = 4""");

        var found = databases.compare();

        assertThat(TwoDatabases.rows(found))
                .hasSize(3)
                .allSatisfy(row -> assertThat(row.columns()).containsExactly("a"));
        databases.assertRepaired(found, 3);
    }
}
