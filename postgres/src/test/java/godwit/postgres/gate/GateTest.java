package godwit.postgres.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.move.Side;
import godwit.postgres.Endpoint;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class GateTest {
    private static final int STATEMENTS = 20_000;

    private final GatedPair gated;
    private final Gate gate;

    GateTest(Pair pair) {
        this.gated = new GatedPair(pair, 2);
        this.gate = gated.gate();
    }

    @AfterEach
    void close() {
        gated.close();
    }

    @Test
    void writersPassWhileTheEpochIsTheirSides() {
        assertThat(gated.application().execute("UPDATE t SET v = 1")).isEqualTo(5);
    }

    @Test
    void writersAreRefusedWhileTheEpochIsTheOtherSides() {
        gate.setEpoch(gated.application(), 3);

        assertThatThrownBy(() -> gated.application().execute("UPDATE t SET v = 1"))
                .hasMessageContaining("25006");
        assertThat(gated.application().number("SELECT count(*) FROM t")).isEqualTo(5);
    }

    @Test
    void theGateOfTheTargetRefusesUntilTheWritesHaveMoved() {
        var target = new Gate(UUID.randomUUID(), Side.TARGET);
        var pair = gated.pair();
        pair.target("CREATE TABLE t (id int PRIMARY KEY)");
        target.create(pair.atTarget(), "x", 2);
        target.guard(pair.atTarget(), TableName.of("public", "t"));

        assertThatThrownBy(() -> pair.target("INSERT INTO t VALUES (1)")).hasMessageContaining("25006");
        target.setEpoch(pair.atTarget(), 3);
        pair.target("INSERT INTO t VALUES (1)");
    }

    @Test
    void theWordAloneDoesNotLetAnotherRolePass() {
        gate.setEpoch(gated.application(), 3);
        try (var clerk = as("clerk")) {
            clerk.execute("SELECT set_config('godwit.exempt', 'run', false)");

            assertThatThrownBy(() -> clerk.execute("INSERT INTO public.t VALUES (60, 1)"))
                    .isInstanceOf(GodwitException.class)
                    .hasMessageContaining("25006");
        }
    }

    @Test
    void theRoleAloneDoesNotPassWithoutTheWord() {
        gate.setEpoch(gated.application(), 3);
        var other = gated.pair().source().openApplying("apply", new godwit.postgres.Exemption("another run"));

        assertThatThrownBy(() -> other.execute("INSERT INTO public.t VALUES (61, 1)"))
                .hasMessageContaining("25006");
        other.close();
    }

    /** ALTER ROLE … SET role, which gives a login another role at once. */
    @Test
    void theLoginPassesThatTakesAnotherRole() {
        gated.pair()
                .source("DO $$BEGIN CREATE ROLE gate_login LOGIN; CREATE ROLE gate_owner SUPERUSER;"
                        + " GRANT gate_owner TO gate_login; ALTER ROLE gate_login SET role = gate_owner;"
                        + " EXCEPTION WHEN duplicate_object THEN NULL; END$$");
        var another = new Gate(UUID.randomUUID(), Side.SOURCE);
        gated.pair().source("CREATE TABLE taken (id int)");
        try (var mover = as("gate_login")) {
            assertThat(mover.text("SELECT current_user::text")).isEqualTo("gate_owner");
            another.create(mover, "word", 2);
            another.guard(mover, TableName.of("public", "taken"));
            another.setEpoch(mover, 3);
            assertThatThrownBy(() -> mover.execute("INSERT INTO public.taken VALUES (1)"))
                    .hasMessageContaining("25006");

            mover.execute("SELECT set_config('godwit.exempt', 'word', false)");
            assertThat(mover.execute("INSERT INTO public.taken VALUES (1)")).isOne();
            assertThat(another.letsPass(mover)).isTrue();
        }
        // The role that a URL names may change while a run goes on.
        try (var superuser = gated.pair().source().open("another login");
                var clerk = as("clerk")) {
            superuser.execute("SELECT set_config('godwit.exempt', 'word', false)");
            assertThat(superuser.execute("INSERT INTO public.taken VALUES (2)")).isOne();
            assertThat(another.letsPass(superuser)).isTrue();
            assertThat(another.letsPass(clerk)).isFalse();
        }
    }

    private Session as(String role) {
        gated.pair()
                .source("DO $$BEGIN CREATE ROLE " + role + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;"
                        + " GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role);
        var at = gated.pair().source().endpoint();
        return new godwit.postgres.Database(() -> new Endpoint(at.host(), at.port(), at.database(), role, "", Map.of()))
                .open("clerk");
    }

    @Test
    void aRoleWithoutRightsOnTheGateWritesAsBefore() {
        try (var clerk = as("clerk")) {
            assertThat(clerk.execute("INSERT INTO public.t VALUES (62, 1)")).isEqualTo(1);
        }
    }

    @Test
    void creatingItAgainKeepsItsEpoch() {
        gate.setEpoch(gated.application(), 5);

        gate.create(gated.pair().atSource(), GatedPair.EXEMPT, 2);

        assertThat(gate.epoch(gated.application())).hasValue(5);
    }

    @Test
    void nothingOfItStaysWhenItIsDropped() {
        var session = gated.pair().atSource();
        assertThat(gate.guarded(session)).hasSize(4);
        gate.guarded(session).forEach(table -> gate.unguard(session, table));
        gate.drop(session);

        assertThat(gate.epoch(session)).isEmpty();
        assertThat(session.number("SELECT count(*) FROM pg_proc WHERE pronamespace = 'godwit'::regnamespace")
                        + session.number("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'godwit%'"))
                .isZero();
    }

    @Test
    void anEpochThatWasSetSurvivesACrash() {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(15)
                        .withoutFsync()
                        .with("synchronous_commit", "off")
                        .with("wal_writer_delay", "10s"));
                var crashing = new Pair(server, gated.pair().targetServer());
                var behind = new GatedPair(crashing, 2)) {
            behind.gate().setEpoch(crashing.atSource(), 3);
            server.stopImmediately();
            server.restart();

            assertThat(behind.gate().epoch(behind.application())).hasValue(3);
        }
    }

    @Test
    void itsCostForOneStatementIsReported(TestReporter report) {
        gated.pair()
                .source(
                        "CREATE TABLE free (id int PRIMARY KEY, v int); INSERT INTO free SELECT i, 0 FROM generate_series(1, 5) i");
        var with = nanosPerStatement("t");
        var without = nanosPerStatement("free");

        report.publishEntry(
                Map.of("microsWithGate", String.valueOf(with / 1000), "microsWithout", String.valueOf(without / 1000)));
        assertThat(with).isPositive();
    }

    private long nanosPerStatement(String table) {
        var session = gated.application();
        session.execute("SET synchronous_commit = off");
        var began = System.nanoTime();
        session.execute("DO $$BEGIN FOR i IN 1..%d LOOP UPDATE %s SET v = i WHERE id = 1; COMMIT; END LOOP; END$$"
                .formatted(STATEMENTS, table));
        return (System.nanoTime() - began) / STATEMENTS;
    }
}
