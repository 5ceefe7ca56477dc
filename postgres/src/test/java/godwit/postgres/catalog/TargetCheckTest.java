package godwit.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetCheckTest {
    @Test
    void whatATargetLacksOfAScriptIsTold() throws SQLException {
        try (var server = new CatalogServer(15)) {
            var source = server.database("traps.sql");

            var needed = new SchemaReader(source).requirements(SchemaSelection.everything());
            var met = new TargetCheck(server.target()).findings(needed);
            var unmet = new TargetCheck(server.target())
                    .findings(new TargetRequirements(List.of("nobody"), List.of("nowhere"), List.of("nothing")));

            assertThat(needed.roles()).contains("app", "reader", "Odd Role", "postgres");
            assertThat(needed.extensions()).containsExactly("btree_gist", "pg_trgm");
            assertThat(needed.tablespaces()).isEmpty();
            assertThat(met).isEmpty();
            assertThat(unmet)
                    .extracting(SchemaFinding::code)
                    .containsExactly("role-missing", "tablespace-missing", "extension-missing");
        }
    }
}
