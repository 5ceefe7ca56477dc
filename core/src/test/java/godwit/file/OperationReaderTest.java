package godwit.file;

import static godwit.file.Reading.name;
import static godwit.file.Reading.operation;
import static godwit.file.Reading.operations;
import static godwit.file.Reading.problem;
import static godwit.file.Reading.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.change.Operation.Expressions;
import godwit.change.Operation.SetReplicaIdentity.Identity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OperationReaderTest {
    private static Expressions byColumn(Map<String, String> expressions) {
        return new Expressions.ByColumn(expressions.entrySet().stream()
                .collect(Collectors.toMap(e -> name(e.getKey()), Map.Entry::getValue, (a, b) -> a, TreeMap::new)));
    }

    @Test
    void thereAreNineteenAndEachGoesByTheNameThatItsFileHas() {
        assertThat(OperationReader.words()).hasSize(19);
        assertThat(Reading.migration(Reading.everyOperation()).operations().stream()
                        .map(Operation::word)
                        .collect(Collectors.toSet()))
                .isEqualTo(OperationReader.words());
    }

    @Test
    void propertiesAndIdentitiesAreSet() {
        assertThat(operations(Operation.SetColumnProperties.class))
                .containsExactly(new Operation.SetColumnProperties(
                        name("persons"),
                        name("phone"),
                        Optional.of(500),
                        Optional.of(Operation.SetColumnProperties.Storage.EXTERNAL),
                        Optional.of(Operation.SetColumnProperties.Compression.LZ4)));
        assertThat(operations(Operation.SetStorageParameters.class))
                .containsExactly(new Operation.SetStorageParameters(
                        name("persons"), Optional.of("fillfactor = 80"), List.of("toast.autovacuum_enabled")));
        assertThat(operations(Operation.SetIdentity.class))
                .containsExactly(
                        new Operation.SetIdentity(name("persons"), name("id"), ColumnSpec.Generated.Values.BY_DEFAULT));
        refuses("set_column_properties: {table: a, column: b}", "no-change", "set_column_properties");
        refuses(
                "set_column_properties: {table: a, column: b, statistics: 10001}",
                "value-out-of-range",
                "set_column_properties.statistics");
        refuses("set_storage_parameters: {table: a, reset: ['a; b']}", "wrong-name", "set_storage_parameters.reset");
    }

    @Test
    void tablesAreMadeDroppedAndRenamed() {
        var made = operations(Operation.CreateTable.class).getFirst();

        assertThat(made.table()).isEqualTo(name("units"));
        assertThat(made.comment()).contains("where people work");
        assertThat(made.columns()).hasSize(3);
        assertThat(made.constraints()).hasSize(5);
        assertThat(operation("create_table: {name: a, columns: []}"))
                .isEqualTo(new Operation.CreateTable(name("a"), List.of(), List.of(), Optional.empty()));
        assertThat(operations(Operation.DropTable.class)).containsExactly(new Operation.DropTable(name("old_units")));
        assertThat(operations(Operation.RenameTable.class))
                .containsExactly(new Operation.RenameTable(name("people"), name("persons")));
    }

    @Test
    void aTableNamesItsColumnsAndConstraintsOnce() {
        refuses("create_table: {name: a}", "missing-key", "create_table.columns");
        refuses(
                "create_table: {name: a, columns: [{name: b, type: int}, {name: b, type: int}]}",
                "named-twice",
                "create_table.columns");
        refuses(
                "create_table: {name: a, columns: [], constraints: [{name: b, type: check, check: 'true'},"
                        + " {name: b, type: check, check: 'true'}]}",
                "named-twice",
                "create_table.constraints");
    }

    @Test
    void columnsAreAddedDroppedAndRenamed() {
        assertThat(operations(Operation.AddColumn.class)).singleElement().satisfies(added -> {
            assertThat(added.table()).isEqualTo(name("persons"));
            assertThat(added.column().name()).isEqualTo(name("surname"));
            assertThat(added.up()).contains("split_part(name, ' ', 2)");
        });
        assertThat(operations(Operation.DropColumn.class))
                .containsExactly(new Operation.DropColumn(name("persons"), name("fax"), Optional.of("''")));
        assertThat(operation("drop_column: {table: a, column: b}"))
                .isEqualTo(new Operation.DropColumn(name("a"), name("b"), Optional.empty()));
        assertThat(operations(Operation.RenameColumn.class))
                .containsExactly(new Operation.RenameColumn(name("persons"), name("note"), name("remark")));
    }

    @Test
    void constraintsAreDroppedAndRenamed() {
        assertThat(operations(Operation.DropConstraint.class))
                .containsExactly(
                        new Operation.DropConstraint(
                                name("persons"),
                                name("old_check"),
                                new Expressions.OfOnlyColumn("name"),
                                new Expressions.OfOnlyColumn("lower(name)")),
                        new Operation.DropConstraint(
                                name("persons"),
                                name("old_unique"),
                                byColumn(Map.of("name", "name")),
                                byColumn(Map.of("name", "name || id", "born", "born"))));
        assertThat(operation("drop_constraint: {table: a, name: b, down: c}"))
                .isEqualTo(new Operation.DropConstraint(
                        name("a"), name("b"), Expressions.NONE, new Expressions.OfOnlyColumn("c")));
        assertThat(operation("drop_multicolumn_constraint: {table: a, name: b, down: {c: c, d: ''}}"))
                .isEqualTo(new Operation.DropConstraint(
                        name("a"), name("b"), Expressions.NONE, byColumn(Map.of("c", "c"))));
        assertThat(operations(Operation.RenameConstraint.class))
                .containsExactly(new Operation.RenameConstraint(name("persons"), name("a"), name("b")));
    }

    @Test
    void aConstraintIsDroppedOnlyWithAWayDown() {
        refuses("drop_constraint: {table: a, name: b, up: c}", "missing-key", "drop_constraint.down");
        refuses("drop_constraint: {table: a, name: b, down: ' '}", "missing-key", "drop_constraint.down");
        refuses("drop_multicolumn_constraint: {table: a, name: b}", "missing-key", "drop_multicolumn_constraint.down");
        refuses(
                "drop_multicolumn_constraint: {table: a, name: b, down: c}",
                "wrong-type",
                "drop_multicolumn_constraint.down");
    }

    @Test
    void anIndexIsDroppedByItsName() {
        assertThat(operations(Operation.DropIndex.class)).containsExactly(new Operation.DropIndex(name("by_fax")));
    }

    @Test
    void aReplicaIdentityIsOneOfFour() {
        assertThat(operations(Operation.SetReplicaIdentity.class))
                .containsExactly(
                        new Operation.SetReplicaIdentity(name("persons"), new Identity.Index(name("persons_pkey"))));
        var kinds = Map.of(
                "NOTHING",
                new Identity.Nothing(),
                "default",
                new Identity.PrimaryKey(),
                "Full",
                new Identity.WholeRow());
        kinds.forEach((word, identity) -> assertThat(
                        operation("set_replica_identity: {table: a, identity: {type: " + word + ", index: b}}"))
                .isEqualTo(new Operation.SetReplicaIdentity(name("a"), identity)));
        refuses(
                "set_replica_identity: {table: a, identity: {type: index}}",
                "missing-key",
                "set_replica_identity.identity.index");
        refuses(
                "set_replica_identity: {table: a, identity: {type: some}}",
                "value-unknown",
                "set_replica_identity.identity.type");
        refuses("set_replica_identity: {table: a}", "missing-key", "set_replica_identity.identity");
    }

    @Test
    void rawSqlIsRunAtTheStartOrAtTheEnd() {
        assertThat(operations(Operation.RawSql.class))
                .containsExactly(
                        new Operation.RawSql("CREATE TYPE mood AS ENUM ()", Optional.of("DROP TYPE mood"), false),
                        new Operation.RawSql("VACUUM", Optional.empty(), true));
        refuses("sql: {down: a}", "missing-key", "sql.up");
        refuses("sql: {up: a, down: b, onComplete: true}", "field-does-not-fit", "sql.down");
        refuses("sql: {up: a, on_complete: true}", "unknown-key", "sql.on_complete");
    }

    @Test
    void anOperationIsAMappingWithOneKnownName() {
        refuses("{drop_table: {name: a}, drop_index: {name: b}}", "wrong-operation", "");
        refuses("{}", "wrong-operation", "");
        refuses("drop_table: a", "wrong-type", "drop_table");
        refuses("drop_table:", "missing-key", "drop_table");
        refuses("drop_table: {name: [a]}", "wrong-type", "drop_table.name");
        refuses("drop_table: {name: ''}", "wrong-name", "drop_table.name");
        refuses("drop_table: {name: 7}", "wrong-type", "drop_table.name");
        assertThat(problem("operations: [drop_table]\n").objects()).containsExactly("operations[0]");
    }

    @Test
    void anUnknownOperationIsRefusedWithTheOneThatWasMeant() {
        refuses("drop_tabel: {name: a}", "unknown-operation", "drop_tabel");
        assertThat(problem("operations: [{drop_tabel: {name: a}}]\n").hint())
                .startsWith("Did you mean drop_table? Known are: add_column,");
    }

    @Test
    void aMisspeltFieldIsRefusedWithTheOneThatWasMeant() {
        refuses("alter_column: {table: a, column: b, nulable: false, up: c}", "unknown-key", "alter_column.nulable");
        assertThat(problem("operations: [{alter_column: {table: a, column: b, nulable: false, up: c}}]\n")
                        .hint())
                .startsWith("Did you mean nullable?");
        assertThat(problem("operations:\n- drop_table: {name: a}\n- drop_table: {nam: a}\n")
                        .objects())
                .containsExactly("operations[1].drop_table.nam");
    }
}
