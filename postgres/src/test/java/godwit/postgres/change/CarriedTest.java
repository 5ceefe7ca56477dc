package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What indexes, constraints and columns have beside their definitions. */
@ExtendWith(Servers.class)
class CarriedTest {
    private static final String TABLES = """
            CREATE TABLE cases (id int PRIMARY KEY, code int NOT NULL, ref int, title text,
              parent int CONSTRAINT child REFERENCES cases, CONSTRAINT positive CHECK (code > 0), CONSTRAINT coded UNIQUE (code, ref));
            CREATE UNIQUE INDEX cases_ident ON cases (code);
            CREATE INDEX cases_spread ON cases ((code % 10), (id + code)) WHERE title <> ' WHERE ';
            ALTER INDEX cases_spread ALTER COLUMN 2 SET STATISTICS 250;
            ALTER TABLE cases REPLICA IDENTITY USING INDEX cases_ident, CLUSTER ON coded;
            COMMENT ON INDEX cases_spread IS 'it''s spread'; COMMENT ON INDEX coded IS 'of two'; COMMENT ON CONSTRAINT coded ON cases IS 'by code';
            COMMENT ON CONSTRAINT positive ON cases IS 'above'; COMMENT ON CONSTRAINT child ON cases IS 'of another';
            COMMENT ON CONSTRAINT cases_pkey ON cases IS 'the key';
            INSERT INTO cases SELECT i, i, i % 7, 't' || i, nullif(i / 2, 0) FROM generate_series(1, 500) i;
            """;

    private static final String MIGRATION = """
            operations:
              - alter_column: {table: cases, column: code, type: bigint, up: code, down: code}
              - alter_column: {table: cases, column: id, type: bigint, up: id, down: id}
            """;

    private final Pair pair;
    private final SchemaChange change;

    CarriedTest(Pair pair) {
        this.pair = pair;
        this.change = Reach.change(pair.source(), "02_wide", MIGRATION);
    }

    @Test
    void commentsOrderIdentityAndStatisticsStay() {
        pair.source(TABLES);
        change.start(Stopping.never());
        change.complete(Duration.ofMillis(50));

        Reach.assertSame(
                pair,
                TABLES,
                // ALTER TABLE itself loses what an index's expression has of statistics.
                "ALTER TABLE cases ALTER id TYPE bigint, ALTER code TYPE bigint, ALTER parent TYPE bigint;"
                        + " ALTER INDEX cases_spread ALTER COLUMN 2 SET STATISTICS 250",
                "SELECT concat_ws('|', id, code, ref, title, parent) FROM public.cases ORDER BY id");
    }

    @Test
    void anIndexStaysInItsTablespace() {
        var space = "space_" + pair.name();
        pair.source(TABLES);
        pair.source("SET allow_in_place_tablespaces = on").source("CREATE TABLESPACE " + space + " LOCATION ''");
        pair.source(
                "ALTER INDEX cases_spread SET TABLESPACE %1$s; ALTER INDEX coded SET TABLESPACE %1$s".formatted(space));
        change.start(Stopping.never());
        change.complete(Duration.ofMillis(50));

        assertThat(Reach.rows(
                        pair.atSource(),
                        "SELECT indexdef FROM pg_indexes WHERE tablespace = '" + space + "' ORDER BY 1"))
                .containsExactly(
                        "CREATE INDEX cases_spread ON public.cases USING btree (((code % (10)::bigint)), ((id + code))) WHERE (title <> ' WHERE '::text)",
                        "CREATE UNIQUE INDEX coded ON public.cases USING btree (code, ref)");
        pair.source("ALTER INDEX cases_spread SET TABLESPACE pg_default; ALTER INDEX coded SET TABLESPACE pg_default");
        pair.source("DROP TABLESPACE " + space);
    }

    @Test
    void aPrivilegeThatIsTakenAwayMeanwhileIsGone() {
        pair.role("change_reader", "").role("change_writer", "");
        pair.source(TABLES);
        pair.source(
                "GRANT SELECT (code, title) ON cases TO change_reader; GRANT UPDATE (code) ON cases TO change_writer WITH GRANT OPTION");
        change.start(Stopping.never());
        pair.source(
                "REVOKE SELECT (code) ON cases FROM change_reader; REVOKE GRANT OPTION FOR UPDATE (code) ON cases FROM change_writer");

        change.complete(Duration.ofMillis(50));

        assertThat(Reach.rows(pair.atSource(), """
                        SELECT attname || ' ' || attacl::text FROM pg_attribute
                        WHERE attrelid = 'cases'::regclass AND attacl IS NOT NULL AND NOT attisdropped ORDER BY 1"""))
                .containsExactly("code {change_writer=w/postgres}", "title {change_reader=r/postgres}");
    }

    /** A check that was never proven lets rows be that nobody can write any more. */
    @Test
    void aRowThatBreaksACheckEndsTheStart() {
        pair.source(TABLES);
        pair.source("ALTER TABLE cases ADD CONSTRAINT small CHECK (code < 400) NOT VALID");
        assertThat(change.plan().findings())
                .extracting(finding -> finding.code() + finding.objects())
                .containsExactly("check-not-valid[small]");

        Reach.assertRefused(pair, MIGRATION, "row-not-fillable");

        pair.source("DELETE FROM cases WHERE code >= 400");
        assertThat(change.start(Stopping.never())).containsEntry("state", "ready");
    }

    /** What an owner may not see it cannot fill either. */
    @Test
    void rowsThatAreKeptFromTheirOwnerAreNotChanged() {
        pair.role("change_owner", "LOGIN");
        pair.source(TABLES);
        pair.source(
                "ALTER TABLE cases OWNER TO change_owner; ALTER TABLE cases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
                        + " CREATE POLICY few ON cases USING (code < 10); GRANT CREATE ON DATABASE %1$s TO change_owner; GRANT CREATE ON SCHEMA public TO change_owner"
                                .formatted(new Identifier(pair.name()).sql()));
        var own = Reach.change(Reach.as(pair, "change_owner"), "02_wide", MIGRATION);

        Reach.assertRefused("table-not-changeable", () -> own.start(Stopping.never()));

        pair.source("ALTER TABLE cases NO FORCE ROW LEVEL SECURITY");
        assertThat(own.start(Stopping.never())).containsEntry("state", "ready");
        own.rollback();
    }

    @Test
    void anIndexOfTheMigrationThatSomebodyDroppedIsMissed() {
        pair.source(TABLES);
        var indexed = Reach.change(
                pair.source(),
                "02_indexed",
                MIGRATION + "  - create_index: {name: by_title, table: cases, columns: {title: {}}}\n");
        indexed.start(Stopping.never());
        pair.source("DROP INDEX by_title");

        Reach.assertRefused("changed-since-start", () -> indexed.complete(Duration.ofMillis(50)));

        pair.source("CREATE INDEX by_title ON cases (title)");
        assertThat(indexed.complete(Duration.ofMillis(50))).containsEntry("state", "completed");
    }
}
