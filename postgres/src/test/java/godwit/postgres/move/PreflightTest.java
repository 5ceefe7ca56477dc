package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.move.Conduct;
import godwit.move.Conduct.SchemaOrigin;
import godwit.move.MoveSpec;
import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.schema.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would stop a move is found before anything is changed on either side. */
@ExtendWith(Servers.class)
class PreflightTest {
    private final Pair pair;

    PreflightTest(Pair pair) {
        this.pair = pair;
    }

    @BeforeEach
    void roles() {
        pair.role("plain", "LOGIN REPLICATION").role("keeper", "").role("unreplicated", "LOGIN");
        pair.both("GRANT SET ON PARAMETER session_replication_role TO plain; GRANT keeper TO plain");
    }

    @AfterEach
    void takeAway() {
        pair.source("REVOKE keeper FROM plain");
        pair.target("REVOKE keeper FROM plain");
    }

    private MoveSpec spec(TableSelection tables, SchemaOrigin origin) {
        var usual = Specs.spec(pair.name(), 1);
        var conduct = Conduct.usual(usual.limits());
        return new MoveSpec(
                usual.name(),
                usual.source(),
                usual.target(),
                tables,
                usual.rows(),
                usual.switching(),
                usual.limits(),
                new Conduct(conduct.mode(), origin, conduct.transport(), conduct.largeObjects(), conduct.tuning()));
    }

    /** The findings of a check; the same stop a start, and neither leaves a trace. */
    private List<String> findings(String role, TableSelection tables) {
        return findings(
                LiveMove.of(pair, role, spec(tables, SchemaOrigin.CREATE)).access());
    }

    private List<String> findings(MoveAccess access) {
        var before = look();
        try (var steps = access.steps(UUID.randomUUID());
                var starting = access.steps(UUID.randomUUID())) {
            var found = steps.check();
            var blocking = found.stream().filter(Finding::blocks).toList();
            if (!blocking.isEmpty()) {
                assertThatExceptionOfType(GodwitException.class)
                        .isThrownBy(starting::preflight)
                        .satisfies(e -> assertThat(e.problem().code())
                                .isEqualTo(blocking.getFirst().problem().code()));
            }
            assertThat(found)
                    .allSatisfy(finding -> assertThat(finding.problem().hint()).isNotBlank());
            assertThat(look()).isEqualTo(before);
            return found.stream().map(PreflightTest::text).toList();
        }
    }

    private List<List<String>> look() {
        return List.of(CaseDatabase.catalog(pair.source()), CaseDatabase.catalog(pair.target()));
    }

    private static String text(Finding finding) {
        return (finding.blocks() ? "" : "warning ") + finding.problem().code() + " "
                + String.join(", ", finding.problem().objects());
    }

    private List<String> findings(String role) {
        return findings(role, TableSelection.ALL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE TABLE t (id int)                    | table-without-key public.t",
                "CREATE UNLOGGED TABLE t (id int)           | unlogged-table public.t",
                "CREATE TABLE t (); ALTER TABLE t REPLICA IDENTITY FULL | table-without-columns public.t",
                "CREATE TABLE t (id int PRIMARY KEY); CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW"
                        + " EXECUTE FUNCTION suppress_redundant_updates_trigger(); ALTER TABLE t ENABLE ALWAYS TRIGGER a"
                        + " | fires-when-applied a, public.t",
                "CREATE TABLE t (id int PRIMARY KEY); CREATE RULE r AS ON INSERT TO t DO ALSO NOTIFY x;"
                        + " ALTER TABLE t ENABLE REPLICA RULE r | fires-when-applied r, public.t",
                "DO $$BEGIN EXECUTE concat('CREATE TABLE t (id int PRIMARY KEY, ', (SELECT string_agg(concat('c', i, ' bool'), ', ')"
                        + " FROM generate_series(1, 1597) i), ')'); END$$ | too-many-columns public.t",
                "CREATE SCHEMA godwit; CREATE TABLE godwit.run (); CREATE TABLE godwit.mine () | schema-taken godwit.mine",
                "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY NOTHING | table-without-key public.t",
                "CREATE ROLE gone; CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t OWNER TO gone | role-missing gone",
            })
    void aSourceThatCannotBeMovedAsItIs(String made, String finding) {
        pair.source(made);
        try {
            assertThat(findings("postgres")).contains(finding);
        } finally {
            pair.source("DROP TABLE IF EXISTS t; DROP ROLE IF EXISTS gone; DROP SCHEMA IF EXISTS godwit CASCADE");
        }
    }

    @Test
    void aSourceWithoutTables() {
        assertThat(findings("postgres")).containsExactly("nothing-to-move ");
    }

    @Test
    void aFileThatNamesATableThatIsNotThere() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        var tables = new TableSelection(
                List.of(TableName.of("public", "t"), TableName.of("public", "T")), List.of(TableName.of("no", "x")));

        assertThat(findings("postgres", tables)).contains("table-unknown public.T", "table-unknown no.x");
    }

    @Test
    void whatTheTargetHasOfThatName() {
        pair.source("""
                CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE root (id int PRIMARY KEY) PARTITION BY HASH (id);
                CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN code AS int; CREATE SEQUENCE counter;
                CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT 1 AS a;
                CREATE PUBLICATION p; CREATE SCHEMA shared; CREATE INDEX by_id ON t (id)""");
        pair.target("""
                CREATE VIEW t AS SELECT 1 AS a; CREATE TABLE root (id int); CREATE TYPE mood AS (a int);
                CREATE TYPE code AS ENUM ('a'); CREATE TABLE counter (id int); CREATE SCHEMA shared;
                CREATE FUNCTION f(x int, y text) RETURNS int LANGUAGE sql AS 'SELECT 2';
                CREATE FUNCTION g(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT 2 AS a;
                CREATE PUBLICATION p; CREATE TABLE by_id (id int)""");

        assertThat(findings("postgres"))
                .containsExactlyInAnyOrder(
                        "target-table-exists public.t",
                        "target-table-exists public.root",
                        "target-object-exists type public.mood",
                        "target-object-exists domain public.code",
                        "target-object-exists sequence public.counter",
                        "target-object-exists function public.f(integer, text)",
                        "target-object-exists view public.v",
                        "target-object-exists publication p",
                        "target-object-exists index public.by_id");
    }

    @Test
    void oneDatabaseIsBothSides() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        var url = pair.sourceServer().url(pair.name());
        var access = new MoveAccess(
                spec(TableSelection.ALL, SchemaOrigin.CREATE),
                Path.of("."),
                Map.of("SOURCE_URL", url, "TARGET_URL", url));

        assertThat(findings(access)).containsExactly("same-database ");
    }

    @Test
    void databasesThatWriteOrSortTextInOtherWays() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        var other = pair.name() + "_latin";
        pair.target(
                "CREATE DATABASE " + other + " ENCODING LATIN1 TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de'");
        var access = new MoveAccess(
                spec(TableSelection.ALL, SchemaOrigin.CREATE),
                Path.of("."),
                Map.of(
                        "SOURCE_URL",
                        pair.sourceServer().url(pair.name()),
                        "TARGET_URL",
                        pair.targetServer().url(other)));

        assertThat(findings(access))
                .containsExactly(
                        "encoding-different UTF8, LATIN1", "warning locale-different libc, C, C, icu, C, C, de");
    }

    @Test
    void collationsThatAreNewerThanTheIndexesOverThem() {
        pair.source("CREATE COLLATION german (provider = icu, locale = 'de');"
                + " CREATE TABLE t (id int PRIMARY KEY, name text COLLATE german);"
                + " UPDATE pg_collation SET collversion = '1' WHERE collname = 'german'");

        assertThat(findings("postgres")).contains("warning collation-version-different collation public.german");
    }

    @Test
    void aRoleThatMayNotReadTheLogOrActAsAReplica() {
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");

        assertThat(findings("unreplicated"))
                .contains(
                        "replication-not-allowed source",
                        "replication-not-allowed target",
                        "replica-role-not-allowed source",
                        "replica-role-not-allowed target");
    }

    @Test
    void aRoleThatLacksRightsOnTheSource() {
        pair.source("""
                REVOKE keeper FROM plain; CREATE TABLE foreign_one (id serial PRIMARY KEY); ALTER TABLE foreign_one OWNER TO keeper;
                CREATE TABLE barred (id int PRIMARY KEY); ALTER TABLE barred OWNER TO plain; REVOKE DELETE ON barred FROM plain;
                CREATE TABLE hidden (id int PRIMARY KEY); ALTER TABLE hidden OWNER TO plain, ENABLE ROW LEVEL SECURITY,
                  FORCE ROW LEVEL SECURITY; CREATE SEQUENCE apart""");
        pair.source("REVOKE TEMP ON DATABASE " + pair.name() + " FROM PUBLIC");
        pair.target("GRANT CREATE ON SCHEMA public TO plain; GRANT CREATE ON DATABASE " + pair.name() + " TO plain");

        assertThat(findings("plain"))
                .contains(
                        "create-not-allowed source",
                        "temp-not-allowed source",
                        "warning source-not-sealable source",
                        "table-not-owned public.foreign_one",
                        "table-rights-missing public.barred",
                        "row-security-in-force public.hidden",
                        "sequence-rights-missing public.apart, public.foreign_one_id_seq",
                        "owner-may-not-create public")
                .noneMatch(line -> line.startsWith("create-not-allowed target"));
    }

    @Test
    void anOwnerThatMayCreateOnlyBecauseItsDatabaseIsTheSources() {
        pair.source("ALTER DATABASE " + pair.name() + " OWNER TO keeper");
        pair.source("CREATE TABLE of_keeper (id int PRIMARY KEY); ALTER TABLE of_keeper OWNER TO keeper");
        pair.target("ALTER DATABASE " + pair.name() + " OWNER TO plain");

        assertThat(findings("plain")).contains("owner-may-not-create public");
        pair.target("GRANT CREATE ON SCHEMA public TO keeper");
        assertThat(findings("plain")).doesNotContain("owner-may-not-create public");
    }

    @Test
    void aRoleThatLacksRightsOnTheTarget() {
        pair.source("CREATE SCHEMA shared; CREATE SCHEMA fresh; GRANT CREATE ON SCHEMA shared, fresh TO keeper;"
                + " CREATE TABLE shared.t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY);"
                + " CREATE FUNCTION leak() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1';"
                + " CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$;"
                + " CREATE EVENT TRIGGER seeing ON sql_drop EXECUTE FUNCTION seen();"
                + " CREATE PUBLICATION everything FOR ALL TABLES; CREATE EXTENSION pageinspect; CREATE EXTENSION citext;"
                + " ALTER TABLE shared.t OWNER TO keeper");
        pair.source("ALTER DATABASE " + pair.name() + " OWNER TO plain");
        pair.target("REVOKE keeper FROM plain; CREATE SCHEMA shared;"
                + " ALTER DEFAULT PRIVILEGES FOR ROLE plain GRANT SELECT ON TABLES TO keeper");
        pair.target("REVOKE TEMP ON DATABASE " + pair.name() + " FROM PUBLIC");
        try {
            assertThat(findings("plain"))
                    .contains(
                            "create-not-allowed target",
                            "temp-not-allowed target",
                            "role-not-assumable keeper",
                            "role-not-assumable postgres",
                            "schema-not-owned shared",
                            "schema-not-allowed public",
                            "schema-not-allowed shared",
                            "superuser-needed function public.leak()",
                            "superuser-needed extension pageinspect",
                            "warning lost-without-superuser event trigger seeing",
                            "warning lost-without-superuser publication everything",
                            "warning target-default-privileges ")
                    .noneMatch(line -> line.contains("citext"))
                    .noneMatch(line -> line.startsWith("warning source-not-sealable"));
        } finally {
            pair.source("DROP EVENT TRIGGER seeing");
        }
    }

    @Test
    void aTablespaceInWhichTheRoleMayNotCreate() {
        pair.both("SET allow_in_place_tablespaces = on");
        pair.both("CREATE TABLESPACE fast LOCATION ''");
        try {
            pair.source("CREATE TABLE t (id int PRIMARY KEY) TABLESPACE fast");

            assertThat(findings("plain")).contains("tablespace-not-allowed fast");
            pair.target("GRANT CREATE ON TABLESPACE fast TO plain");
            assertThat(findings("plain")).doesNotContain("tablespace-not-allowed fast");
        } finally {
            pair.source("DROP TABLE IF EXISTS t").both("DROP TABLESPACE fast");
        }
    }

    @Test
    void preparedTablesOfAnotherRole() {
        pair.both("CREATE TABLE t (id int PRIMARY KEY)");

        var access = LiveMove.of(pair, "plain", spec(TableSelection.ALL, SchemaOrigin.USE));

        assertThat(findings(access.access()))
                .filteredOn(line -> line.startsWith("table-not-owned"))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"1000, 999, true", "1000, 1000, false"})
    void aDiskThatTheMoveDoesNotFitOn(long needed, long free, boolean found) {
        var forecast =
                new Forecast(new MoveContext(UUID.randomUUID(), Specs.spec("any", 1), pair.source(), pair.target()));

        var findings = forecast.findings(new Forecast.Told(0, needed, 1, 0, OptionalLong.of(free)));

        assertThat(findings.stream().map(PreflightTest::text).toList())
                .isEqualTo(found ? List.of("target-disk-too-small ") : List.of());
        assertThat(findings).allMatch(Finding::blocks);
    }

    @ParameterizedTest
    @CsvSource({"101, true", "100, false"})
    void aSourceThatWritesMoreLogMeanwhileThanItMayKeep(long bytesPerSecond, boolean found) {
        var spec = Specs.keepingLog("any", 1000);
        var forecast = new Forecast(new MoveContext(UUID.randomUUID(), spec, pair.source(), pair.target()));

        var findings = forecast.findings(new Forecast.Told(0, 0, 10, bytesPerSecond, OptionalLong.empty()));

        assertThat(findings.stream().map(PreflightTest::text).toList())
                .isEqualTo(found ? List.of("warning log-forecast-too-large limits.logKeptBytesMax") : List.of());
    }
}
