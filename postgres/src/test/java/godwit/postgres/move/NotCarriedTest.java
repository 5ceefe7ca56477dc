package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.MoveSpec;
import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.schema.TableName;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a move does not bring to the target is named by a check, with what brings it there. */
@ExtendWith(Servers.class)
class NotCarriedTest {
    private final Pair pair;

    NotCarriedTest(Pair pair) {
        this.pair = pair;
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
    }

    private List<Finding> check(TableName... excluded) {
        var usual = Specs.spec(pair.name(), 1);
        var spec = new MoveSpec(
                usual.name(),
                usual.source(),
                usual.target(),
                new TableSelection(List.of(), List.of(excluded)),
                usual.rows(),
                usual.switching(),
                usual.limits());
        try (var steps = LiveMove.of(pair, "postgres", spec).access().steps(UUID.randomUUID())) {
            return steps.check();
        }
    }

    private static String text(Finding finding) {
        var problem = finding.problem();
        return problem.code() + " | " + problem.objects().getFirst() + " | " + problem.hint();
    }

    @Test
    void rowsOfExtensionsTablesBlockUnlessTheTableIsExcluded() {
        pair.source("""
                CREATE TABLE codes (id int, own bool); CREATE TABLE few (id int); CREATE SEQUENCE numbers;
                INSERT INTO codes VALUES (1, false)""");
        configure("codes", "WHERE own");
        configure("few", "");
        configure("numbers", "");

        assertThat(check()).noneMatch(Finding::blocks);
        pair.source("INSERT INTO codes VALUES (2, true); INSERT INTO few VALUES (1); SELECT nextval('numbers')");
        assertThat(check())
                .filteredOn(Finding::blocks)
                .extracting(
                        finding -> finding.problem().code() + finding.problem().objects())
                .containsExactly(
                        "extension-rows-not-carried[public.codes]",
                        "extension-rows-not-carried[public.few]",
                        "extension-rows-not-carried[public.numbers]");
        assertThat(check(
                        TableName.of("public", "codes"),
                        TableName.of("public", "few"),
                        TableName.of("public", "numbers")))
                .noneMatch(Finding::blocks);
    }

    /** As pg_extension_config_dump, which only an extension's own script may call. */
    private void configure(String relation, String condition) {
        pair.source("ALTER EXTENSION plpgsql ADD " + (relation.equals("numbers") ? "SEQUENCE " : "TABLE ") + relation);
        pair.source(
                "UPDATE pg_extension SET extconfig = extconfig || '%s'::regclass::oid, extcondition = array_append(extcondition, '%s')"
                                .formatted(relation, condition)
                        + " WHERE extname = 'plpgsql'");
    }

    @Test
    void whatTheDatabaseItselfHasIsNamedWithItsStatement() {
        var name = pair.name();
        pair.role("guest", "");
        pair.source("ALTER DATABASE " + name + " SET work_mem = '77MB'");
        pair.source("ALTER ROLE guest IN DATABASE " + name + " SET application_name = 'secret word'");
        pair.source("GRANT CREATE ON DATABASE %1$s TO guest; REVOKE TEMP ON DATABASE %1$s FROM PUBLIC".formatted(name));
        pair.source("COMMENT ON DATABASE %1$s IS 'it''s'; ALTER DATABASE %1$s CONNECTION LIMIT 77".formatted(name));
        pair.source(
                "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO guest; GRANT SELECT (rolpassword) ON pg_authid TO guest");
        pair.source("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; COMMENT ON TABLE pg_class IS 'all of it'");
        pair.source(
                "CREATE INDEX broken ON t (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass");

        var found = check().stream()
                .filter(finding -> !finding.blocks())
                .map(NotCarriedTest::text)
                .toList();

        var run = " | Where it is wanted, run on the target: ";
        assertThat(found)
                .contains(
                        "database-setting-not-carried | setting work_mem" + run + "ALTER DATABASE " + name
                                + " SET work_mem = …",
                        "database-setting-not-carried | setting application_name of the role guest" + run
                                + "ALTER ROLE guest IN DATABASE " + name + " SET application_name = …",
                        "database-grant-not-carried | privilege CREATE on the database of guest" + run
                                + "GRANT CREATE ON DATABASE " + name + " TO guest",
                        "database-grant-not-carried | privilege TEMPORARY on the database of PUBLIC" + run
                                + "REVOKE TEMPORARY ON DATABASE " + name + " FROM PUBLIC",
                        "database-property-not-carried | comment on the database" + run + "COMMENT ON DATABASE " + name
                                + " IS 'it''s'",
                        "database-property-not-carried | connection limit of the database" + run + "ALTER DATABASE "
                                + name + " CONNECTION LIMIT 77",
                        "system-grant-not-carried | EXECUTE on FUNCTION pg_ls_waldir() of guest" + run
                                + "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO guest",
                        "system-grant-not-carried | SELECT on TABLE pg_authid (rolpassword) of guest" + run
                                + "GRANT SELECT (rolpassword) ON TABLE pg_authid TO guest",
                        "system-grant-not-carried | USAGE on LANGUAGE plpgsql of PUBLIC" + run
                                + "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
                        "system-comment-not-carried | comment on table pg_class" + run
                                + "COMMENT ON TABLE pg_class IS 'all of it'",
                        "index-invalid | index public.broken" + run
                                + "CREATE INDEX broken ON public.t USING btree (id)")
                .hasSize(11)
                .noneMatch(line -> line.contains("secret word") || line.contains("77MB"));
    }

    @Test
    void aFreshDatabaseHasNothingThatIsNotCarried() {
        assertThat(check()).isEmpty();
    }
}
