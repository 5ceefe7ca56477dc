package godwit.postgres.largeobjects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.ledger.PostgresLedger;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Large objects of a source and a target, with nothing else of a move. */
@ExtendWith(Servers.class)
class LargeObjectsTest {
    /** What people see of large objects: all their bytes, holes as zeros, and who may do what. */
    private static final String SEEN = """
            SELECT concat_ws('|', m.oid, length(lo_get(m.oid)), md5(lo_get(m.oid)), pg_get_userbyid(lomowner),
                     ARRAY(SELECT a::text FROM unnest(coalesce(lomacl, acldefault('L', lomowner))) a ORDER BY 1),
                     obj_description(m.oid, 'pg_largeobject'))
            FROM pg_largeobject_metadata m ORDER BY m.oid""";

    private static final UUID RUN = UUID.randomUUID();

    private final Pair pair;
    private final Session atSource;
    private final Session atTarget;

    LargeObjectsTest(Pair pair) {
        this.pair = pair;
        var ledger = new PostgresLedger(pair.atTarget());
        ledger.create();
        ledger.begin(RUN, "objects", "");
        this.atSource = pair.source().openApplying("test", new Exemption("none"));
        this.atTarget = pair.target().openApplying("test", new Exemption("none"));
    }

    @AfterEach
    void close() {
        atSource.close();
        atTarget.close();
    }

    private LargeObjects leading(Side side) {
        var sides = side == Side.SOURCE
                ? new Sides(RUN, side, atSource, atTarget)
                : new Sides(RUN, side, atTarget, atSource);
        return new LargeObjects(sides, () -> {});
    }

    private static List<String> seen(Session session) {
        return session.query(SEEN, row -> row.getString(1));
    }

    private void assertAlike() {
        assertThat(seen(pair.atTarget())).isEqualTo(seen(pair.atSource()));
    }

    /** So many megabytes, each 16,000 bytes of their own. */
    private void big(long oid, int megabytes) {
        pair.source("SELECT lo_create(" + oid + ")");
        pair.atSource()
                .query(
                        "SELECT lo_put(?::bigint::oid, i * 16000, decode(repeat(md5(i::text), 1000), 'hex'))"
                                + " FROM generate_series(0, ?) i",
                        row -> true,
                        oid,
                        megabytes * 64 - 1);
    }

    @Test
    void objectsOfEachShapeComeOutWithTheSameBytes() {
        pair.source("SELECT lo_from_bytea(70001, 'small'), lo_create(70002), lo_from_bytea(70003, '\\x000000')");
        pair.source("SELECT lo_create(70004); SELECT lo_put(70004, 5000000, 'far'), lo_put(70004, 3, 'near')");
        pair.source("SELECT lo_create(70005); SELECT lo_truncate64(lo_open(70005, 131072), 10000000)");
        pair.source("SELECT lo_from_bytea(70006, decode(repeat('ab', 4096), 'hex'));"
                + " SELECT lo_truncate64(lo_open(70006, 131072), 2048)");
        pair.source("SELECT lo_from_bytea(4294967295, 'the last of all')");
        big(70007, 20);

        var pass = leading(Side.SOURCE).carry();

        assertThat(pass.copied()).isEqualTo(8);
        assertThat(pass.unlike().isEmpty() && pass.moving().isEmpty()).isTrue();
        assertAlike();
        assertThat(pair.atTarget().number("SELECT count(*) FROM pg_largeobject WHERE loid = 70004"))
                .as("holes stay holes")
                .isEqualTo(2);
        assertThat(leading(Side.SOURCE).carry().hasWritten()).isFalse();
    }

    @Test
    void ofABigObjectThatChangedOnlyTheMegabytesThatDifferAreWritten() {
        big(70001, 20);
        leading(Side.SOURCE).carry();
        pair.source("SELECT lo_put(70001, 9000000, 'changed'); SELECT lo_truncate64(lo_open(70001, 131072), 15000001)");

        var pass = leading(Side.SOURCE).carry();

        assertAlike();
        assertThat(pass.copiedBytes()).isLessThan(3L << 20);
    }

    @Test
    void whatTheLeaderHasNoMoreIsZeroedCutOrUnlinked() {
        pair.source("SELECT lo_from_bytea(70001, decode(repeat('ab', 3000000), 'hex')), lo_from_bytea(70002, 'gone');"
                + " SELECT lo_from_bytea(70003, decode(repeat('cd', 3000000), 'hex'))");
        leading(Side.SOURCE).carry();
        pair.source("SELECT lo_unlink(70001), lo_unlink(70002); SELECT lo_create(70001);"
                + " SELECT lo_put(70001, 2500000, 'end'), lo_truncate(lo_open(70003, 131072), 10)");

        var pass = leading(Side.SOURCE).carry();

        assertThat(pass.unlinked()).isEqualTo(1);
        assertAlike();
        assertThat(pair.atTarget().number("SELECT count(*) FROM godwit.large_object"))
                .isEqualTo(2);
    }

    @Test
    void ownersPrivilegesAndCommentsGoAlong() {
        for (var session : List.of(pair.atSource(), pair.atTarget())) {
            session.execute("DO $$BEGIN CREATE ROLE \"lo Owner\"; CREATE ROLE lo_reader;"
                    + " EXCEPTION WHEN duplicate_object THEN NULL; END$$");
        }
        pair.source("SELECT lo_from_bytea(70001, 'a'), lo_from_bytea(70002, 'b'), lo_from_bytea(70003, 'c');"
                + " ALTER LARGE OBJECT 70001 OWNER TO \"lo Owner\"; COMMENT ON LARGE OBJECT 70001 IS 'it''s \\ mine';"
                + " GRANT SELECT ON LARGE OBJECT 70001, 70002 TO lo_reader WITH GRANT OPTION;"
                + " GRANT SELECT, UPDATE ON LARGE OBJECT 70002 TO PUBLIC;"
                + " REVOKE UPDATE ON LARGE OBJECT 70003 FROM postgres;"
                + " SET ROLE lo_reader; GRANT SELECT ON LARGE OBJECT 70001 TO postgres; RESET ROLE");
        leading(Side.SOURCE).carry();
        assertAlike();

        pair.source("REVOKE ALL ON LARGE OBJECT 70001 FROM lo_reader CASCADE; COMMENT ON LARGE OBJECT 70001 IS NULL;"
                + " ALTER LARGE OBJECT 70002 OWNER TO \"lo Owner\"; GRANT UPDATE ON LARGE OBJECT 70003 TO postgres");
        leading(Side.SOURCE).carry();

        assertThat(leading(Side.SOURCE).compare().behind().isEmpty()).isTrue();
        assertThat(seen(pair.atTarget()))
                .startsWith(seen(pair.atSource()).subList(0, 2).toArray(String[]::new));
    }

    private Marks marks() {
        return Marks.of(new Sides(RUN, Side.SOURCE, atSource, atTarget));
    }

    @Test
    void aLaterPassReadsOnlyWhatWasWrittenSinceOnEitherSide() {
        pair.source("SELECT count(lo_from_bytea(80000 + i, 'some bytes')) FROM generate_series(1, 20) i");
        leading(Side.SOURCE).carry();
        var marks = marks();
        pair.source("SELECT lo_put(80001, 5, 'x'), lo_unlink(80002), lo_from_bytea(80021, 'new');"
                + " SELECT lo_truncate(lo_open(80003, 131072), 4), lo_truncate(lo_open(80004, 131072), 0);"
                + " SELECT lo_truncate(lo_open(80005, 131072), 2048); COMMENT ON LARGE OBJECT 80006 IS 'c';"
                + " GRANT SELECT ON LARGE OBJECT 80007 TO PUBLIC; SELECT lo_unlink(80008);"
                + " SELECT lo_create(80008)");
        pair.source("BEGIN; SAVEPOINT a; SELECT lo_put(80009, 0, 'x'); RELEASE a; COMMIT");
        pair.target("SELECT lo_put(80010, 0, 'by somebody else')");

        var pass = leading(Side.SOURCE).carrySince(marks);

        assertThat(pass.compared()).isEqualTo(10);
        assertThat(pass.copied()).isEqualTo(9);
        assertThat(pass.unlinked()).isEqualTo(1);
        assertThat(pass.unlike().first()).containsExactly(80010L);
        assertThat(leading(Side.SOURCE).repair().copied()).isEqualTo(1);
        assertAlike();
    }

    @Test
    void whatIsOpenWhenAMarkIsSetIsFoundWhenItHasEnded() {
        pair.source("SELECT lo_from_bytea(80001, 'a')");
        leading(Side.SOURCE).carry();
        try (var writer = Pair.application(pair.source())) {
            writer.begin();
            writer.execute("SELECT lo_put(80001, 0, 'b')");
            pair.source("SELECT lo_from_bytea(80002, 'later, and committed before the mark')");
            var marks = marks();
            leading(Side.SOURCE).carry();
            writer.commit();

            assertThat(leading(Side.SOURCE).carrySince(marks).copied()).isEqualTo(1);
        }
        assertAlike();
    }

    @Test
    void transactionIdsAreComparedAcrossTheirWraparound() {
        var before = marks().leader();
        pair.source("SELECT lo_from_bytea(80001, 'a')");
        var after = marks().leader();
        var epoch = 1L << 32;

        assertThat(Marks.changed(atSource, before)).containsExactly(80001L);
        assertThat(Marks.changed(atSource, after)).isEmpty();
        assertThat(Marks.changed(atSource, before + epoch)).containsExactly(80001L);
        assertThat(Marks.changed(atSource, after + epoch)).isEmpty();
        assertThat(Marks.changed(atSource, before - (1L << 30))).containsExactly(80001L);
    }

    @Test
    void thousandsOfObjectsAreCarriedInSeveralRanges() {
        pair.source("SELECT count(lo_from_bytea(80000 + i, i::text::bytea)) FROM generate_series(1, 5500) i");

        var pass = leading(Side.SOURCE).carry();

        assertThat(pass.compared()).isEqualTo(5500);
        assertAlike();
    }

    @Test
    void whatSomebodyElseHasOnTheFollowerIsKeptAndNamed() {
        pair.target("SELECT lo_from_bytea(60001, 'of the target''s own')");
        new CarriedObjects(RUN).noteOwn(pair.atTarget());
        pair.source("SELECT lo_from_bytea(60001, 'meets it'), lo_from_bytea(60002, 'a'), lo_from_bytea(60003, 'b')");
        leading(Side.SOURCE).carry();
        pair.target("SELECT lo_put(60002, 0, 'X'), lo_put(60003, 0, 'Y'), lo_from_bytea(60004, 'late')");
        pair.source("SELECT lo_put(60002, 0, 'c'), lo_unlink(60003)");

        var pass = leading(Side.SOURCE).carry();

        assertThat(pass.unlike().first()).containsExactly(60001L, 60002L, 60003L);
        assertThat(pass.foreign().first()).containsExactly(60004L);
        assertThat(pair.targetRows(
                        "SELECT convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata ORDER BY oid"))
                .containsExactly("of the target's own", "X", "Y", "late");

        leading(Side.SOURCE).repair();

        assertThat(pair.targetRows(
                        "SELECT convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata ORDER BY oid"))
                .containsExactly("of the target's own", "c", "late");
    }

    @Test
    void theWayBackCarriesWhatWasWrittenOnTheTargetAndNothingOfItsOwn() {
        pair.target("SELECT lo_from_bytea(60001, 'of the target''s own')");
        new CarriedObjects(RUN).noteOwn(pair.atTarget());
        pair.source("SELECT lo_from_bytea(60002, 'a'), lo_from_bytea(60003, 'b'), lo_from_bytea(60004, 'c')");
        leading(Side.SOURCE).carry();
        pair.target("SELECT lo_put(60002, 0, 'changed'), lo_unlink(60003), lo_from_bytea(60005, 'new')");
        pair.source("SELECT lo_from_bytea(60006, 'written late on the source')");

        var pass = leading(Side.TARGET).carry();

        assertThat(pass.unlike().isEmpty()).isTrue();
        assertThat(pass.foreign().first()).containsExactly(60006L);
        assertThat(pair.atSource()
                        .query(
                                "SELECT oid || convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata ORDER BY 1",
                                row -> row.getString(1)))
                .containsExactly("60002changed", "60004c", "60005new", "60006written late on the source");
    }

    @Test
    void aRunThatIsTakenBackLeavesTheTargetWithItsOwn() {
        pair.target("SELECT lo_from_bytea(60001, 'of the target''s own')");
        new CarriedObjects(RUN).noteOwn(pair.atTarget());
        pair.source("SELECT count(lo_from_bytea(80000 + i, 'x')) FROM generate_series(1, 450) i");
        leading(Side.SOURCE).carry();
        pair.target("SELECT lo_unlink(80001)");

        new CarriedObjects(RUN).remove(atTarget);

        assertThat(pair.targetRows("SELECT oid::text FROM pg_largeobject_metadata"))
                .containsExactly("60001");
    }

    @Test
    void aCopyThatIsKilledInTheMidstLeavesNothingHalf() {
        big(70001, 9);
        big(70002, 9);
        pair.source("SELECT lo_from_bytea(70003, 'small')");
        var sides = new Sides(RUN, Side.SOURCE, atSource, pair.target().openApplying("test", new Exemption("none")));
        var turns = new int[1];
        var dying = new LargeObjects(sides, () -> {
            if (++turns[0] == 3) {
                sides.follower().abort();
            }
        });

        assertThatExceptionOfType(GodwitException.class).isThrownBy(dying::carry);

        assertThat(pair.targetRows("SELECT oid::text FROM pg_largeobject_metadata"))
                .containsExactly("70001");
        assertThat(leading(Side.SOURCE).carry().copied()).isEqualTo(2);
        assertAlike();
    }

    @Test
    void aCopyBackThatIsKilledBeforeItsCommitIsMadeAgain() {
        pair.source("SELECT lo_from_bytea(70001, 'a')");
        leading(Side.SOURCE).carry();
        pair.target("SELECT lo_put(70001, 0, 'b'), lo_from_bytea(70002, 'new')");
        pair.target("UPDATE godwit.large_object SET before = after, after = 'what a killed copy was to write'");

        var pass = leading(Side.TARGET).carry();

        assertThat(pass.unlike().isEmpty()).isTrue();
        assertAlike();
    }

    @Test
    void aTransactionThatHasWrittenALargeObjectIsKnownUntilItEnds() {
        try (var writer = Pair.application(pair.source());
                var reader = Pair.application(pair.source())) {
            pair.source("SELECT lo_from_bytea(70001, 'a')");
            reader.begin();
            reader.text("SELECT lo_get(70001)");
            writer.begin();
            writer.execute("SELECT lo_put(70001, 0, 'b')");

            assertThat(ObjectWriters.now(atSource, 1)).hasSize(1).containsValue(writer.pid());

            writer.rollback();
            assertThat(ObjectWriters.now(atSource, 1)).isEmpty();
            reader.rollback();
        }
    }

    @Test
    void aRoleThatMayNotReadThemIsToldBeforeAnything() {
        for (var session : List.of(pair.atSource(), pair.atTarget())) {
            session.execute("DO $$BEGIN CREATE ROLE lo_mover LOGIN; CREATE ROLE lo_stranger;"
                    + " EXCEPTION WHEN duplicate_object THEN NULL; END$$");
        }
        pair.source("SELECT lo_from_bytea(70001, 'a'), lo_from_bytea(70002, 'b');"
                + " ALTER LARGE OBJECT 70001 OWNER TO lo_stranger; ALTER LARGE OBJECT 70002 OWNER TO lo_mover");
        pair.target("SELECT lo_from_bytea(70002, 'in the way')");
        try (var source = as("lo_mover", pair.source());
                var target = as("lo_mover", pair.target())) {
            var check = new LargeObjectCheck(source, target);

            assertThat(check.problems(List.of(Side.TARGET, Side.SOURCE)))
                    .extracting(p -> p.code() + p.objects())
                    .containsExactly(
                            "large-objects-unreadable[source]",
                            "large-objects-unreadable[target]",
                            "large-objects-owner[lo_stranger]",
                            "large-objects-owner[lo_stranger]",
                            "large-object-exists[large object 70002]");
            assertThat(check.roles()).containsExactly("lo_mover", "lo_stranger");
        }
    }

    /** What the documentation says that a role needs is enough. */
    @Test
    void aRoleThatIsNoSuperuserCarriesThemWithWhatItIsGranted() {
        for (var session : List.of(pair.atSource(), pair.atTarget())) {
            session.execute("DO $$BEGIN CREATE ROLE lo_carrier LOGIN; CREATE ROLE lo_holder;"
                    + " EXCEPTION WHEN duplicate_object THEN NULL; END$$");
            session.execute("GRANT lo_holder TO lo_carrier; GRANT SELECT ON pg_catalog.pg_largeobject TO lo_carrier");
        }
        pair.target("GRANT ALL ON SCHEMA godwit TO lo_carrier; GRANT ALL ON ALL TABLES IN SCHEMA godwit TO lo_carrier");
        pair.source("SELECT lo_from_bytea(70001, 'a'); ALTER LARGE OBJECT 70001 OWNER TO lo_holder;"
                + " GRANT SELECT ON LARGE OBJECT 70001 TO PUBLIC; COMMENT ON LARGE OBJECT 70001 IS 'c'");
        try (var source = as("lo_carrier", pair.source());
                var target = as("lo_carrier", pair.target())) {
            assertThat(new LargeObjectCheck(source, target).problems(List.of(Side.TARGET, Side.SOURCE)))
                    .isEmpty();
            var objects = new LargeObjects(new Sides(RUN, Side.SOURCE, source, target), () -> {});
            objects.carry();
            pair.source("SELECT lo_put(70001, 0, 'b'); REVOKE ALL ON LARGE OBJECT 70001 FROM PUBLIC");
            objects.carry();
            assertThat(objects.compare().behind().isEmpty()).isTrue();

            pair.target("SELECT lo_put(70001, 0, 'd')");
            new LargeObjects(new Sides(RUN, Side.TARGET, target, source), () -> {}).carry();
            assertThat(pair.atSource().text("SELECT convert_from(lo_get(70001), 'UTF8')"))
                    .isEqualTo("d");
            new CarriedObjects(RUN).remove(target);
        }
        assertThat(LargeObjects.has(pair.atTarget())).isFalse();
    }

    private static Session as(String role, godwit.postgres.Database database) {
        var at = database.endpoint();
        return new godwit.postgres.Database(() ->
                        new godwit.postgres.Endpoint(at.host(), at.port(), at.database(), role, "", java.util.Map.of()))
                .open("test");
    }
}
