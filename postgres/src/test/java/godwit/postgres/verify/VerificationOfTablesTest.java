package godwit.postgres.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.verify.OtherDifference;
import godwit.verify.RowDifference;
import godwit.verify.RowDifference.Kind;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TwoServers.class)
class VerificationOfTablesTest {
    @Test
    void quotedNamesAndLeavesOfPartitionsAreTablesLikeOthers(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE SCHEMA "Case ""Files";
                CREATE TABLE "Case ""Files"."r" ("Id" int, day date, "r" text, PRIMARY KEY ("Id", day))
                    PARTITION BY RANGE (day);
                CREATE TABLE "Case ""Files"."Leaf 1" PARTITION OF "Case ""Files"."r"
                    FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
                CREATE TABLE "Case ""Files"."Leaf 2" PARTITION OF "Case ""Files"."r"
                    FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
                INSERT INTO "Case ""Files"."r" SELECT i, date '2026-01-01' + i, 'x' FROM generate_series(1, 300) i""");
        databases.corrupt("UPDATE \"Case \"\"Files\".\"r\" SET \"r\" = 'y' WHERE \"Id\" = 250");

        var found = databases.compare();

        assertThat(found.tables()).extracting(each -> each.table().plain()).containsExactly("Case \"Files.Leaf 2");
        assertThat(TwoDatabases.rows(found))
                .containsExactly(
                        new RowDifference(Kind.CHANGED, "{\"Id\": 250, \"day\": \"2026-09-08\"}", List.of("r")));
        databases.assertRepaired(found, 1);
    }

    @Test
    void whatTheFollowerLacksIsToldAndTheRestCompared(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE TABLE gone (id int PRIMARY KEY); CREATE TABLE kind (id int PRIMARY KEY);
                CREATE TABLE narrow (id int PRIMARY KEY, a text, b text, c int);
                INSERT INTO narrow VALUES (1, 'a', 'b', 1), (2, 'a', 'b', 2)""");
        databases.corrupt("""
                        DROP TABLE gone; DROP TABLE kind; CREATE VIEW kind AS SELECT 1 AS id;
                        ALTER TABLE narrow DROP b; ALTER TABLE narrow ALTER c TYPE bigint;
                        ALTER TABLE narrow ADD d text;
                        UPDATE narrow SET a = 'other' WHERE id = 2""");

        var found = databases.compare();

        assertThat(found.others())
                .extracting(OtherDifference::kind, OtherDifference::object)
                .map(Object::toString)
                .containsExactlyInAnyOrder(
                        "(\"table-missing\", \"public.gone\")",
                        "(\"table-kind\", \"public.kind\")",
                        "(\"column-missing\", \"public.narrow.b\")",
                        "(\"column-type\", \"public.narrow.c\")",
                        "(\"column-extra\", \"public.narrow.d\")");
        assertThat(TwoDatabases.rows(found))
                .containsExactly(new RowDifference(Kind.CHANGED, "{\"id\": 2}", List.of("a")));
    }

    @Test
    void moreDifferencesThanTheLimitsAreCountedAsFarAsReadAndAllRepaired(TwoDatabases databases) throws SQLException {
        var limits = new VerifyLimits(3, 10, 200_000);
        databases.both("""
                CREATE TABLE t (id int PRIMARY KEY, a text);
                INSERT INTO t SELECT i, 'a' || i FROM generate_series(1, 20000) i;
                CREATE TABLE bag (a int); INSERT INTO bag SELECT i % 9000 FROM generate_series(1, 10000) i""");
        databases.corrupt("""
                        UPDATE t SET a = 'other' WHERE id % 2 = 0; DELETE FROM t WHERE id % 5 = 1;
                        INSERT INTO t SELECT -i, 'extra' FROM generate_series(1, 3000) i;
                        DELETE FROM bag WHERE a % 3 = 0;
                        INSERT INTO bag SELECT i FROM generate_series(5000, 12000) i""");

        var found = databases.compare(limits);

        assertThat(found.tables()).hasSize(2);
        assertThat(found.tables()).allSatisfy(table -> {
            assertThat(table.rows()).hasSize(10);
            assertThat(table.differences()).isGreaterThanOrEqualTo(10);
        });
        databases.repair(found, limits);
        assertThat(databases.compare().isEqual()).isTrue();
    }

    @Test
    void longKeysAreFetchedInBatchesThatFitInMemory(TwoDatabases databases) throws SQLException {
        var limits = new VerifyLimits(2, 10, 1 << 20);
        databases.both("""
                CREATE TABLE t (id text PRIMARY KEY, a int);
                INSERT INTO t SELECT repeat(md5(i::text), 40) || i, i FROM generate_series(1, 2000) i""");
        databases.corrupt("UPDATE t SET a = -a");

        var found = databases.compare(limits);

        assertThat(found.differences()).as("keys that were fetched at once").isBetween(10L, 400L);
        assertThat(databases.repair(found, limits)).isEqualTo(2000);
        assertThat(databases.compare().isEqual()).isTrue();
    }

    @Test
    void differencesBelowTheLimitAreCountedExactlyInABigTable(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE TABLE t (id bigint PRIMARY KEY, a text);
                INSERT INTO t SELECT i, repeat(md5(i::text), 4) FROM generate_series(1, 100000) i""");
        databases.corrupt("UPDATE t SET a = a || ' ' WHERE id % 3000 = 0");

        var found = databases.compare(new VerifyLimits(2, 100, 2_000_000));

        assertThat(found.differences()).isEqualTo(33);
        assertThat(TwoDatabases.rows(found))
                .hasSize(33)
                .allSatisfy(row -> assertThat(row.columns()).containsExactly("a"));
        databases.assertRepaired(found, 33);
    }

    @Test
    void childrenOfAParentAreTablesOfTheirOwn(TwoDatabases databases) throws SQLException {
        databases.both("""
                CREATE TABLE parent (id int PRIMARY KEY, a text);
                CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
                INSERT INTO parent VALUES (1, 'p'); INSERT INTO child VALUES (1, 'c')""");
        databases.corrupt("UPDATE child SET a = 'other'; DELETE FROM ONLY parent");

        var found = databases.compare();

        assertThat(found.tables()).hasSize(2).allMatch(table -> table.differences() == 1);
        databases.assertRepaired(found, 2);
    }

    @Test
    void aRepairThatATriggerUndoesIsRefused(TwoDatabases databases) throws SQLException {
        databases
                .both("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'a')")
                .corrupt("""
                        UPDATE t SET a = 'b';
                        CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
                            'BEGIN NEW.a := ''spoilt''; RETURN NEW; END';
                        CREATE TRIGGER spoil BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION spoil();
                        ALTER TABLE t ENABLE ALWAYS TRIGGER spoil""");
        var found = databases.compare();

        assertThatThrownBy(() -> databases.repair(found))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("repair-incomplete"));
        assertThat(databases.follower().text("SELECT a FROM public.t")).isEqualTo("b");
    }

    @Test
    void aRepairThatATriggerRefusesChangesNothingAndQuotesNothing(TwoDatabases databases) throws SQLException {
        databases
                .both("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'a'), (2, 'secret')")
                .corrupt("""
                        UPDATE t SET a = 'b';
                        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                            'BEGIN RAISE ''no %'', NEW.a; END';
                        CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION refuse();
                        ALTER TABLE t ENABLE ALWAYS TRIGGER refuse""");
        var found = databases.compare();

        assertThatThrownBy(() -> databases.repair(found)).isInstanceOfSatisfying(GodwitException.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo("repair-failed");
            assertThat(refused.problem().objects()).containsExactly("public.t");
            assertThat(refused.problem().toString()).doesNotContain("secret");
        });
        assertThat(databases.follower().text("SELECT string_agg(a, '') FROM public.t"))
                .isEqualTo("bb");
    }

    @Test
    void tablesWithoutColumnsAreCompared(TwoDatabases databases) throws SQLException {
        databases
                .both("CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES")
                .corrupt("INSERT INTO bare DEFAULT VALUES; INSERT INTO bare DEFAULT VALUES");

        var found = databases.compare();

        assertThat(found.differences()).isEqualTo(2);
        databases.assertRepaired(found, 2);
    }
}
