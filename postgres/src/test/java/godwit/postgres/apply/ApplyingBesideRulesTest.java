package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The applying side is a schema in use: its triggers, rules and foreign keys had their effect on the other side. */
@ExtendWith(Servers.class)
class ApplyingBesideRulesTest {
    private final Pair pair;

    ApplyingBesideRulesTest(Pair pair) {
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
    void triggersAndRulesDoNotFireASecondTime() {
        follows("""
                CREATE TABLE t (id int PRIMARY KEY, stamp timestamptz); CREATE TABLE log (id serial PRIMARY KEY, what text);
                CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN NEW.stamp := clock_timestamp(); RETURN NEW; END';
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN INSERT INTO public.log (what) VALUES (TG_OP); RETURN NULL; END';
                CREATE TRIGGER a BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();
                CREATE TRIGGER b AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
                CREATE TRIGGER c AFTER TRUNCATE ON t EXECUTE FUNCTION note();
                CREATE RULE r AS ON DELETE TO t WHERE old.id = 77 DO INSTEAD NOTHING""", """
                INSERT INTO t SELECT i FROM generate_series(1, 5) i; UPDATE t SET id = id + 10; DELETE FROM t WHERE id = 11""", """
                TRUNCATE t""");
    }

    @Test
    void cascadesAreNotRepeated() {
        follows("""
                CREATE TABLE p (id int PRIMARY KEY, v int);
                CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
                CREATE TABLE n (id int PRIMARY KEY, p int REFERENCES p ON DELETE SET NULL);
                INSERT INTO p SELECT i, i FROM generate_series(1, 9) i; INSERT INTO c SELECT i, i FROM generate_series(1, 9) i;
                INSERT INTO n SELECT i, i FROM generate_series(2, 9, 2) i""", """
                UPDATE p SET v = v + 1""", "UPDATE p SET id = 100 WHERE id = 1", "DELETE FROM p WHERE id IN (2, 3)");
    }

    @Test
    void rowsThatReferToEachOtherArriveInAnyOrder() {
        follows("""
                CREATE TABLE a (id int PRIMARY KEY, other int REFERENCES a DEFERRABLE INITIALLY DEFERRED)""", """
                BEGIN; INSERT INTO a VALUES (1, 2); INSERT INTO a VALUES (2, 1); COMMIT""", """
                BEGIN; DELETE FROM a WHERE id = 1; DELETE FROM a WHERE id = 2; COMMIT""");
    }

    @Test
    void truncatesOfTablesThatReferToEachOtherArrive() {
        follows("""
                CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);
                INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1)""", """
                TRUNCATE p, c; INSERT INTO p VALUES (2)""", "INSERT INTO c VALUES (2, 2)", "TRUNCATE p CASCADE");
    }

    @Test
    void truncatesOfPartitionedTablesThatReferToOthersArrive() {
        follows("""
                CREATE TABLE p (id int PRIMARY KEY);
                CREATE TABLE c (id int, p int REFERENCES p, PRIMARY KEY (id)) PARTITION BY RANGE (id);
                CREATE TABLE c1 PARTITION OF c FOR VALUES FROM (0) TO (10);
                CREATE TABLE c2 PARTITION OF c FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
                CREATE TABLE c21 PARTITION OF c2 FOR VALUES FROM (10) TO (15);
                CREATE TABLE r (id int PRIMARY KEY, c int REFERENCES c)""", """
                INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1), (11, 1); INSERT INTO r VALUES (1, 11)""", """
                TRUNCATE r, c, p""", "INSERT INTO p VALUES (3); INSERT INTO c VALUES (3, 3)", "TRUNCATE p CASCADE");
    }

    @Test
    void aTruncateNeverReachesATableThatIsNotMoved() {
        pair.both("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
        pair.target("CREATE TABLE own (p int REFERENCES p)");
        try (var following = Following.of(pair)) {
            pair.source("INSERT INTO p VALUES (1)");
            following.catchUp();
            pair.target("INSERT INTO own VALUES (1)");

            pair.source("TRUNCATE p CASCADE");

            await().until(following::hasFailed);
            assertThat(pair.targetRows("SELECT p FROM own")).containsExactly("1");
        }
    }

    @Test
    void rowSecurityOfTheTargetHidesNothingFromItsOwner() {
        follows("""
                CREATE TABLE t (id int PRIMARY KEY, v int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
                CREATE POLICY none ON t USING (false)""", """
                INSERT INTO t SELECT i, i FROM generate_series(1, 9) i""", "UPDATE t SET v = 0; DELETE FROM t WHERE id > 5");
    }
}
