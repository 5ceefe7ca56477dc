package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.change.plan.Plan;
import godwit.change.plan.Step;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page of operations is what plans say; {@code GODWIT_PAGES=write} in the environment writes it anew. */
@ExtendWith(Servers.class)
class OperationsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "operations.md");

    private static final String TABLES = """
            CREATE TABLE units (id int PRIMARY KEY, name text);
            CREATE TABLE people (id int PRIMARY KEY, unit int REFERENCES units, name text, phone text,
              CONSTRAINT phone_once UNIQUE (phone), CONSTRAINT phone_set CHECK (phone <> ''));
            CREATE INDEX people_name ON people (name);
            """;

    private static final String HEAD = """
            # Operations

            What each operation does to a database that is in use, as `godwit plan` says it: the steps of `start`, of `complete` and of
            `rollback`, with the strongest lock that each takes on tables of people's and whom that keeps waiting. Locks are taken in turns
            of 0.4 s at most, with pauses in between. No step writes a table anew, but for statements of `sql` of which the plan says so.
            This page is written by a test (`OperationsPageTest`) from plans for two small tables, `people` with a key, a unique constraint,
            a check and an index, and `units`, to which it refers.

            Every change makes the new version's schema as its last step of `start`, and takes the old one away in `contract`.
            """;

    private final Pair pair;

    OperationsPageTest(Pair pair) {
        this.pair = pair.source(TABLES);
    }

    private static Map<String, String> examples() {
        var all = new LinkedHashMap<String, String>();
        all.put("create_table", "create_table: {name: notes, columns: [{name: id, type: int, pk: true}]}");
        all.put("drop_table", "drop_table: {name: people}");
        all.put("rename_table", "rename_table: {from: people, to: persons}");
        all.put("add_column", "add_column: {table: people, column: {name: born, type: date, nullable: true}}");
        all.put(
                "add_column with up",
                "add_column: {table: people, column: {name: short, type: text}, up: \"coalesce(left(name, 9), '')\"}");
        all.put("drop_column", "drop_column: {table: people, column: name, down: \"''\"}");
        all.put("rename_column", "rename_column: {table: people, from: name, to: full_name}");
        all.put(
                "alter_column",
                "alter_column: {table: people, column: phone, nullable: false, up: \"coalesce(phone, 'none')\"}");
        all.put(
                "alter_column of a referenced key",
                "alter_column: {table: units, column: id, type: bigint, up: id, down: 'id::int'}");
        all.put(
                "create_constraint (check)",
                "create_constraint: {name: named, table: people, type: check, columns: [name], check: \"name <> ''\", up: {name: name}, down: {name: name}}");
        all.put(
                "create_constraint (unique)",
                "create_constraint: {name: named, table: people, type: unique, columns: [name], up: {name: name}, down: {name: name}}");
        all.put(
                "create_constraint (foreign_key)",
                "create_constraint: {name: known, table: people, type: foreign_key, columns: [id], references: {table: units, columns: [id]}, up: {id: id}, down: {id: id}}");
        all.put("drop_constraint", "drop_constraint: {table: people, name: phone_once, up: phone, down: phone}");
        all.put("rename_constraint", "rename_constraint: {table: people, from: phone_set, to: phone_given}");
        all.put("create_index", "create_index: {name: people_phone, table: people, columns: [phone]}");
        all.put("drop_index", "drop_index: {name: people_name}");
        all.put("set_replica_identity", "set_replica_identity: {table: people, identity: {type: full}}");
        all.put(
                "set_column_properties",
                "set_column_properties: {table: people, column: name, statistics: 500, storage: external}");
        all.put(
                "set_storage_parameters",
                "set_storage_parameters: {table: people, storage_parameters: fillfactor = 80}");
        all.put("set_identity", "set_identity: {table: units, column: id, user_specified_values: BY DEFAULT}");
        all.put("sql", "sql: {up: \"CREATE TYPE mood AS ENUM ('good')\", down: \"DROP TYPE mood\"}");
        return all;
    }

    private String page() {
        return HEAD
                + examples().entrySet().stream()
                        .map(example -> section(
                                example.getKey(),
                                example.getValue(),
                                Reach.change(pair.source(), "02_new", "operations:\n  - " + example.getValue() + "\n")
                                        .plan()))
                        .collect(Collectors.joining());
    }

    private static String section(String name, String example, Plan plan) {
        return """

                ## %s

                ```yaml
                - %s
                ```

                | part | step | lock | blocks | reads the table |
                |---|---|---|---|---|
                """.formatted(name, example)
                + rows("start", plan.start())
                + rows("complete", plan.complete())
                + rows("rollback", plan.rollback());
    }

    private static String rows(String part, List<Step> steps) {
        return steps.stream()
                .map(step -> "| %s | %s | %s | %s | %s |\n"
                        .formatted(
                                part,
                                step.name(),
                                step.lock().word(),
                                step.lock().blocks(),
                                step.scans() ? "yes" : ""))
                .collect(Collectors.joining());
    }

    @Test
    void thePageIsWhatPlansSay() throws IOException {
        var page = page();
        if ("write".equals(System.getenv("GODWIT_PAGES"))) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).hasContent(page);
    }
}
