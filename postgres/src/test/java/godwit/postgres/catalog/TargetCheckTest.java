package godwit.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import godwit.postgres.catalog.TargetRequirements.Extension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetCheckTest {
    @Test
    void whatATargetLacksOfAScriptIsTold() throws SQLException {
        try (var server = new CatalogServer(15)) {
            var source = server.database("traps.sql");

            var needed =
                    new SchemaReader(source).read(SchemaSelection.everything()).needed();
            var met = new TargetCheck(server.target()).findings(needed);
            var unmet = new TargetCheck(server.target())
                    .findings(new TargetRequirements(
                            List.of("nobody"),
                            List.of(),
                            List.of("nowhere"),
                            List.of(
                                    new Extension("nothing", "1", "public"),
                                    new Extension("citext", "0.9", "public"),
                                    new Extension("plpgsql", "0.9", "public"))));

            assertThat(needed.roles()).contains("app", "reader", "Odd Role", "postgres");
            assertThat(needed.extensions())
                    .extracting(Extension::name, Extension::schema)
                    .containsExactly(tuple("btree_gist", "ext"), tuple("pg_trgm", "ext"));
            assertThat(needed.tablespaces()).isEmpty();
            assertThat(met).isEmpty();
            assertThat(unmet)
                    .extracting(SchemaFinding::code)
                    .containsExactly(
                            "role-missing",
                            "tablespace-missing",
                            "extension-missing",
                            "extension-version-different",
                            "extension-elsewhere",
                            "extension-version-different");
            assertThat(unmet)
                    .extracting(SchemaFinding::message)
                    .contains("the extension plpgsql has version 0.9 on the source and 1.0 on the target");
        }
    }
}
