package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a target has already when a move comes to it, and still has when the move was undone. */
@ExtendWith(Servers.class)
class PopulatedTargetTest {
    private static final String DATABASE_WIDE = """
            SELECT concat_ws(' ', 'schema', nspname, nspowner::regrole, coalesce(nspacl, acldefault('n', nspowner)),
                             obj_description(oid, 'pg_namespace')) FROM pg_namespace
            UNION ALL SELECT concat_ws(' ', 'extension', oid, extname, extversion, extnamespace::regnamespace,
                             obj_description(oid, 'pg_extension')) FROM pg_extension
            UNION ALL SELECT concat_ws(' ', 'default', defaclrole::regrole, defaclnamespace, defaclobjtype, defaclacl)
              FROM pg_default_acl
            ORDER BY 1""";

    private final Pair pair;

    PopulatedTargetTest(Pair pair) {
        this.pair = pair;
        pair.role("keeper", "").role("\"a \"\"guest\"", "");
    }

    private static List<String> databaseWide(Session session) {
        return session.query(DATABASE_WIDE, row -> row.getString(1));
    }

    @Test
    void aRollbackGivesTheTargetBackWhatItHadBefore() {
        pair.source("""
                CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS 'of the source'; CREATE EXTENSION pgcrypto;
                COMMENT ON SCHEMA public IS 'of the source'; GRANT ALL ON SCHEMA public TO "a ""guest";
                ALTER SCHEMA public OWNER TO keeper; CREATE SCHEMA shared AUTHORIZATION keeper; CREATE SCHEMA fresh;
                ALTER DEFAULT PRIVILEGES FOR ROLE keeper GRANT SELECT ON TABLES TO "a ""guest";
                ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO "a ""guest"; CREATE TABLE shared.t (id int PRIMARY KEY, name citext);
                CREATE VIEW v AS SELECT 1 AS a""");
        pair.source("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM v; END");
        pair.source("CREATE OR REPLACE VIEW v AS SELECT f() AS a");
        pair.target("""
                CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS 'the target''s';
                COMMENT ON SCHEMA public IS 'it''s $restore$ ours \'; GRANT USAGE ON SCHEMA public TO keeper WITH GRANT OPTION;
                SET ROLE keeper; GRANT USAGE ON SCHEMA public TO "a ""guest"; RESET ROLE; REVOKE ALL ON SCHEMA public FROM PUBLIC;
                CREATE SCHEMA shared; COMMENT ON SCHEMA shared IS 'ours'; GRANT USAGE ON SCHEMA shared TO "a ""guest";
                ALTER DEFAULT PRIVILEGES FOR ROLE keeper GRANT SELECT, INSERT ON TABLES TO "a ""guest"
                """);
        var before = databaseWide(pair.atTarget());
        try (var move = LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 2))
                .start()
                .awaitPhase(Phase.READY)) {
            assertThat(databaseWide(pair.atTarget()))
                    .anyMatch(line -> line.startsWith("schema public keeper ") && line.endsWith(" of the source"))
                    .anyMatch(line -> line.startsWith("schema shared keeper "))
                    .anyMatch(line -> line.startsWith("schema fresh "))
                    .anyMatch(line -> line.contains(" citext ") && line.endsWith(" the target's"))
                    .anyMatch(line -> line.contains(" pgcrypto "))
                    .anyMatch(line -> line.startsWith("default keeper 0 r "))
                    .anyMatch(line -> line.startsWith("default keeper 2200 f "));

            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
        }

        assertThat(databaseWide(pair.atTarget())).isEqualTo(before);
        assertThat(pair.targetRows("SELECT count(*)::text FROM pg_class WHERE relnamespace = 'shared'::regnamespace"))
                .containsExactly("0");
    }
}
