package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.capture.StreamProtocol;
import godwit.schema.Table;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class ApplyingTypesTest {
    private final Pair pair;

    ApplyingTypesTest(Pair pair) {
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
    void identityColumnsKeepTheValuesThatTheSourceGave() {
        follows("""
                CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text, big text);
                ALTER TABLE t ALTER big SET STORAGE EXTERNAL""", """
                INSERT INTO t (v, big) SELECT 'v', repeat('b', 9000) FROM generate_series(1, 3)""", """
                UPDATE t SET v = 'w'; DELETE FROM t WHERE id = 2""");
    }

    @Test
    void generatedColumnsAreComputedWhereTheyAreApplied() {
        follows("""
                CREATE TABLE t (shout text GENERATED ALWAYS AS (upper(v)) STORED, id int PRIMARY KEY, v text, big text);
                ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
                CREATE TABLE k (shout text GENERATED ALWAYS AS (upper(v)) STORED, v text);
                ALTER TABLE k REPLICA IDENTITY FULL""", """
                INSERT INTO t (id, v, big) VALUES (1, 'a', repeat('b', 9000)); INSERT INTO k VALUES (DEFAULT, 'x')""", """
                UPDATE t SET v = 'c'; UPDATE k SET v = 'y'""", "DELETE FROM k");
    }

    @Test
    void typesOfTheUsersOwnTravel() {
        follows("""
                CREATE TYPE mood AS ENUM ('low', 'high'); CREATE TYPE place AS (street text, zip text);
                CREATE DOMAIN mail AS text CHECK (VALUE ~ '@'); CREATE TYPE span AS RANGE (subtype = float8);
                CREATE TABLE t (id int PRIMARY KEY, m mood, ms mood[], p place, ps place[], d mail, s span, r int4multirange,
                  j jsonb, texts text[], moment timestamptz, n numeric, i interval, b bytea)""", """
                INSERT INTO t VALUES (1, 'low', '{low,high}', ('a', NULL), ARRAY[('x', '1')::place, NULL], 'a@b', '[1,2.5)',
                  '{[1,3),[5,6)}', '{"a": [1.0, 1.00]}', '{x,NULL,"ü\\""}', now(), 1.10, '1 day 25:00', '\\x00ff'),
                  (2, NULL, '{}', NULL, NULL, NULL, 'empty', NULL, 'null', '{{a,b},{c,d}}', 'infinity', 'NaN', NULL, '')""", """
                UPDATE t SET m = 'high', ps = NULL WHERE id = 1""", "DELETE FROM t WHERE id = 2");
    }

    @Test
    void aDomainThatForbidsNullTakesAToastedValueThatDidNotChange() {
        follows("""
                CREATE DOMAIN essay AS text NOT NULL; CREATE DOMAIN long AS essay CHECK (length(VALUE) > 0);
                CREATE TABLE t (id int PRIMARY KEY, v int, e essay, l long NOT NULL, a essay[]);
                ALTER TABLE t ALTER e SET STORAGE EXTERNAL, ALTER l SET STORAGE EXTERNAL, ALTER a SET STORAGE EXTERNAL;
                INSERT INTO t SELECT i, 1, repeat('e' || i, 5000), repeat('l' || i, 5000), ARRAY[repeat('a', 9000)]
                FROM generate_series(1, 4) i""", """
                UPDATE t SET v = 2""", "UPDATE t SET id = id + 10 WHERE id < 3; UPDATE t SET v = 3, e = 'short' WHERE id = 3", """
                DELETE FROM t WHERE id = 11; UPDATE t SET l = 'x' WHERE id = 12""");
    }

    @Test
    void aKeyThatIsADomainThatForbidsNullIsFound() {
        follows("""
                CREATE DOMAIN ident AS bigint NOT NULL; CREATE TABLE t (id ident PRIMARY KEY, big text);
                ALTER TABLE t ALTER big SET STORAGE EXTERNAL; INSERT INTO t SELECT i, repeat('b' || i, 5000)
                FROM generate_series(1, 4) i""", "UPDATE t SET id = id + 10", "DELETE FROM t WHERE id = 12");
    }

    @Test
    void aColumnThatNamesAnObjectTravelsAsItsName() {
        pair.target("CREATE TABLE before_it (x int)");
        pair.both("CREATE TABLE named (id int)");
        pair.target("DROP TABLE before_it");
        follows("""
                CREATE TABLE t (id int PRIMARY KEY, r regclass, v text, big text, b bytea);
                ALTER TABLE t ALTER big SET STORAGE EXTERNAL""", """
                INSERT INTO t VALUES (1, 'named', E'tab\\there\\\\ \\n', repeat('b', 9000), '\\x005c0a')""", """
                UPDATE t SET id = 2, r = 'pg_class'; INSERT INTO t VALUES (3, 'named', '\\N', '', NULL)""", """
                UPDATE t SET v = NULL WHERE id = 3""");
        assertThat(pair.targetRows("SELECT r::text FROM t ORDER BY id")).containsExactly("pg_class", "named");
    }

    private static final String NUMBERED = """
            CREATE TYPE mood AS ENUM ('low', 'high'); CREATE DOMAIN called AS regproc;
            CREATE TYPE thing AS (label text, named regclass, moods mood[], calls called[]);
            CREATE TYPE things AS RANGE (subtype = regclass);
            CREATE FUNCTION doubled(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
            CREATE FUNCTION doubled(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE TABLE t (id int PRIMARY KEY, r regclass, rs regclass[], f regprocedure, p regproc, c called, x thing,
              xs thing[], span things, k regtype, o regrole, b bytea);
            CREATE TABLE keyed (r regclass PRIMARY KEY, v int);
            CREATE TABLE keyless (r regclass, b bytea); ALTER TABLE keyless REPLICA IDENTITY FULL""";

    private static final List<String> NUMBERED_ROWS = List.of("""
            INSERT INTO t VALUES (1, 't', '{{t,keyed},{NULL,pg_class}}', 'doubled(text)', 'doubled(text)'::regprocedure, 'now',
              ROW('a', 'keyed', '{low,high}', '{now,NULL}'),
              ARRAY[ROW(NULL, 't', NULL, '{}')::thing, NULL, ROW('', NULL, '{low}', NULL)::thing],
              things('t', NULL), 'mood', 'postgres', '\\x00ff'),
              (2, NULL, '{}', NULL, 0, NULL, NULL, '{}', 'empty', NULL, NULL, '');
            INSERT INTO t (id, r) VALUES (3, 999999);
            INSERT INTO keyed VALUES ('t', 1), ('keyed', 2); INSERT INTO keyless VALUES ('t', '\\x01'), ('t', '\\x01')""", """
            UPDATE t SET r = 'keyed', x.named = 't' WHERE id = 1; UPDATE keyed SET v = 3; DELETE FROM t WHERE id = 2;
            UPDATE keyless SET r = 'keyless' WHERE ctid = '(0,1)'""", """
            UPDATE keyed SET r = 'keyless' WHERE r = 't'::regclass; DELETE FROM keyless WHERE r = 'keyless'::regclass""");

    private Pair numbered() {
        pair.target("CREATE TABLE other_numbers (id int)").both(NUMBERED).target("DROP TABLE other_numbers");
        assertThat(Pair.tables(pair.source())).allMatch(Table::isBinary);
        return pair;
    }

    @Test
    void numbersOfObjectsInBinaryValuesBecomeThoseOfTheOtherServer() {
        numbered();
        try (var following = Following.of(pair)) {
            for (var change : NUMBERED_ROWS) {
                pair.source(change);
                following.catchUp();
                pair.assertSame();
            }
        }
        assertThat(pair.targetRows("SELECT x::text FROM t WHERE id = 1"))
                .containsExactly("(a,t,\"{low,high}\",\"{now,NULL}\")");
    }

    @Test
    void numbersOfObjectsTravelOnTheWayBackToo() {
        numbered();
        var progress = new StreamProgress(UUID.randomUUID(), "backward");
        try (var following =
                Following.prepare(pair.target(), pair.source(), progress).open()) {
            for (var change : NUMBERED_ROWS) {
                pair.target(change);
                following.catchUp();
                pair.assertSame();
            }
        }
    }

    @Test
    void aValueWhoseObjectTheOtherSideLacksNamesNothingThereAndTheSameAgainOnTheWayBack() {
        numbered().source("CREATE TABLE only_here (id int)");
        var number = pair.atSource().number("SELECT 'public.only_here'::regclass::oid::int8");
        try (var following = Following.of(pair)) {
            pair.source("INSERT INTO t (id, r) VALUES (1, 'only_here'), (2, 't')");
            following.catchUp();
        }
        assertThat(pair.targetRows("SELECT r::text FROM t ORDER BY id"))
                .containsExactly(String.valueOf(number + (1L << 31)), "t");

        var progress = new StreamProgress(UUID.randomUUID(), "backward");
        try (var following =
                Following.prepare(pair.target(), pair.source(), progress).open()) {
            pair.target("UPDATE t SET b = '\\x01' WHERE id = 1");
            following.catchUpWhateverHappens();
        }
        assertThat(pair.atSource().text("SELECT r::text || b::text FROM public.t WHERE id = 1"))
                .endsWith("only_here\\x01");
    }

    @Test
    void anObjectOfATransactionThatStillWritesIsNamedOnceItHasEnded() {
        numbered()
                .source("ALTER DATABASE " + pair.name() + " SET logical_decoding_work_mem = '64kB'")
                .target("CREATE TABLE late (id int)");
        try (var following = Following.of(pair);
                var writing = Pair.application(pair.source())) {
            writing.begin();
            writing.execute("CREATE TABLE late (id int)");
            writing.execute("INSERT INTO t (id, r) SELECT i, 'late' FROM generate_series(1, 3000) i");
            await().atMost(Duration.ofSeconds(30)).until(following::hasFailed);
            writing.commit();

            following.catchUpWhateverHappens();

            assertThat(following.protocol()).isEqualTo(StreamProtocol.WHOLE);
            assertThat(pair.targetRows("SELECT r::text || count(*) FROM t GROUP BY r"))
                    .containsExactly("late3000");
        }
    }

    @Test
    void aTableOfOneColumnTakesEmptyAndNullValues() {
        follows(
                "CREATE TABLE t (v text); ALTER TABLE t REPLICA IDENTITY FULL",
                """
                INSERT INTO t VALUES (''), (NULL), ('\\.'), ('')""",
                """
                DELETE FROM t WHERE v IS NULL""",
                "DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE v = '')");
    }

    @Test
    void aValueOfTwentyMegabytesArrives() {
        follows("CREATE TABLE t (id int PRIMARY KEY, v int, b bytea)", """
                INSERT INTO t SELECT 1, 1, decode(repeat('00ff', 10 * 1024 * 1024), 'hex')""", "UPDATE t SET v = 2, id = 3");
    }
}
