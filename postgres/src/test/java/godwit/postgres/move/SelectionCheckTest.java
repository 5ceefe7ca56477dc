package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.move.MoveSpec.TableSelection;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a check says of the tables and rows that a file selects, before anything is changed. */
@ExtendWith(Servers.class)
class SelectionCheckTest {
    private static final String TABLES = """
            CREATE TABLE notes (id int PRIMARY KEY, day date, at timestamptz, open bool, twice int GENERATED ALWAYS AS
              (id * 2) STORED);
            CREATE TABLE texts (id int PRIMARY KEY, body text); CREATE VIEW looks AS SELECT * FROM notes;
            CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
            CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2030-01-01')
              PARTITION BY RANGE (day);
            CREATE TABLE events_2020 PARTITION OF events_new FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE events_rest PARTITION OF events_new DEFAULT;
            CREATE FUNCTION late(d date) RETURNS bool IMMUTABLE LANGUAGE sql AS $$SELECT d > '2020-01-01'$$""";

    private final Pair pair;

    SelectionCheckTest(Pair pair) {
        this.pair = pair;
    }

    @BeforeEach
    void create() {
        pair.source(TABLES);
    }

    private MoveContext context(TableSelection tables, Map<String, String> where) {
        var spec = LiveMove.selecting(Specs.spec(pair.name(), 1), tables, where);
        return new MoveContext(UUID.randomUUID(), spec, pair.source(), pair.target());
    }

    private List<String> found(TableSelection tables, Map<String, String> where) {
        var context = context(tables, where);
        try (var source = context.open(Side.SOURCE, "check")) {
            return new SelectionCheck(context, source)
                    .findings(new SourceCatalog(context).planned()).stream()
                            .map(finding -> (finding.blocks() ? "" : "warning ")
                                    + finding.problem().code() + " "
                                    + finding.problem().objects())
                            .toList();
        }
    }

    /** The codes of what is found of a condition alone. */
    private List<String> wrong(String condition) {
        try (var source = pair.source().open("check")) {
            return RowConditions.read(source, Map.of(TableName.of("public", "notes"), condition)).findings().stream()
                    .map(finding -> finding.problem().code())
                    .toList();
        }
    }

    /** A search that fails at once has not run out of time. */
    @Test
    void aConditionThatFailsOnARowIsToldAsThat() {
        pair.source(
                "CREATE TABLE owners (id int PRIMARY KEY); INSERT INTO owners VALUES (1);"
                        + " CREATE TABLE owned (id int PRIMARY KEY, owner int REFERENCES owners); INSERT INTO owned VALUES (1, 1)");

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> found("owners", "1 / (id - 1) > 0"))
                .satisfies(e -> assertThat(e.problem().message()).contains("22012"));
    }

    private List<String> found(String table, String condition) {
        return found(TableSelection.ALL, Map.of(table, condition));
    }

    private static TableSelection tables(List<String> include, List<String> exclude) {
        return new TableSelection(names(include), names(exclude));
    }

    private static List<TableName> names(List<String> tables) {
        return tables.stream().map(t -> TableName.of("public", t)).toList();
    }

    @Test
    void aConditionOverARowIsTakenAsPostgresUnderstandsIt() {
        for (var right : List.of(
                "open",
                "day > '2020-01-01' -- since then",
                "at >= '2020-01-01'",
                "id IN (1, 2) OR (open AND public.late(day))",
                "open IS NOT TRUE /* ) */",
                "id::text <> 'now' AND id::text < 'b' COLLATE \"C\"")) {
            assertThat(wrong(right)).as(right).isEmpty();
        }
    }

    @Test
    void aConditionThatIsNotOneExpressionOverTheTablesColumnsIsRefused() {
        for (var wrong : List.of(
                "true) OR (true",
                "true], ARRAY[true",
                "true); DROP TABLE notes; SELECT (true",
                "true]; DROP TABLE notes; SELECT ARRAY[true",
                "true) FROM pg_temp.godwit_selection; COMMIT; DROP TABLE notes; SELECT (true",
                "open /*",
                "open '",
                "",
                "id = $1",
                "id, open",
                "nothing = 1",
                "texts.body = 'a'",
                "late(day)",
                "twice = 2",
                "ctid = '(0,1)' OR")) {
            assertThat(wrong(wrong)).as(wrong).containsExactly("where-unreadable");
        }
        assertThat(pair.atSource().is("SELECT to_regclass('public.notes') IS NOT NULL"))
                .isTrue();
    }

    @Test
    void aConditionThatIsNeitherTrueNorFalseIsRefused() {
        for (var wrong : List.of("id", "'open'::text", "NULL::date")) {
            assertThat(wrong(wrong)).as(wrong).containsExactly("where-not-boolean");
        }
    }

    @Test
    void aConditionThatDependsOnMoreThanTheRowIsRefused() {
        for (var wrong : List.of(
                "at < now()",
                "random() < 0.5",
                "id IN (SELECT id FROM public.texts)",
                "count(*) > 1",
                "row_number() OVER () > 1",
                "generate_series(1, 2) = 1",
                "day < 'today'",
                "at < ' Yesterday'",
                "at < '2020-01-01'::text::timestamptz",
                "godwit_selection IS NOT NULL")) {
            assertThat(wrong(wrong)).as(wrong).containsExactly("where-not-plain");
        }
    }

    @Test
    void aTableWhoseLogLeavesValuesOutNeedsItsOldRowsInTheLog() {
        assertThat(found("texts", "id > 1")).containsExactly("where-needs-full-identity [public.texts]");

        pair.source("ALTER TABLE texts REPLICA IDENTITY FULL");

        assertThat(found("texts", "id > 1")).isEmpty();
    }

    @Test
    void aConditionForWhatDoesNotGoAlongIsRefused() {
        assertThat(found(tables(List.of(), List.of("notes")), Map.of("notes", "open")))
                .contains("where-without-table [public.notes]");
        assertThat(found("looks", "open")).containsExactly("where-without-table [public.looks]");
        assertThat(found("nowhere", "open")).containsExactly("table-unknown [public.nowhere]");
        assertThat(found("events", "day > '2020-01-01'")).isEmpty();
    }

    @Test
    void aRowOfAPartitionSatisfiesTheConditionsOfAllThatItIsPartOf() {
        var where = Map.of("events", "id > 1", "events_new", "id > 2", "events_2020", "id > 3");

        var selections = new SourceCatalog(context(tables(List.of("events"), List.of()), where))
                .planned().stream()
                        .map(table -> table.name().name().name() + " "
                                + table.selection().condition());

        assertThat(selections)
                .contains("events_old (id > 1)")
                .anyMatch(s -> s.startsWith("events_2020 ")
                        && s.contains("(id > 1)")
                        && s.contains("(id > 2)")
                        && s.contains("(id > 3)"));
    }

    @Test
    void aSelectionThatBreaksAForeignKeyIsRefusedAndOneThatMayIsTold() {
        pair.source("ALTER TABLE texts REPLICA IDENTITY FULL; ALTER TABLE texts ADD note int REFERENCES notes");
        pair.source("INSERT INTO notes (id, open) VALUES (1, true), (2, false); INSERT INTO texts VALUES (1, '', 1)");
        assertThat(found("notes", "open")).isEmpty();
        assertThat(found("texts", "id > 0"))
                .containsExactly("warning where-leaves-references [public.texts texts_note_fkey]");

        pair.source("INSERT INTO texts VALUES (2, '', 2)");

        assertThat(found("notes", "open")).containsExactly("where-leaves-orphans [public.texts texts_note_fkey]");
        assertThat(found(TableSelection.ALL, Map.of("notes", "open", "texts", "id < 2")))
                .containsExactly("warning where-leaves-references [public.texts texts_note_fkey]");
    }

    @Test
    void aForeignKeyIntoAPartitionThatStaysBehindIsRefused() {
        pair.source("INSERT INTO events VALUES (1, '2019-01-01'), (2, '2020-05-05')");
        pair.source("CREATE TABLE seen (id int PRIMARY KEY, event int, day date,"
                + " FOREIGN KEY (event, day) REFERENCES events); INSERT INTO seen VALUES (1, 2, '2020-05-05')");
        var withoutOld = tables(List.of(), List.of("events_old"));
        assertThat(found(withoutOld, Map.of())).containsExactly("warning partition-left-out [public.events_old]");

        pair.source("INSERT INTO seen VALUES (2, 1, '2019-01-01')");

        assertThat(found(withoutOld, Map.of())).contains("where-leaves-orphans [public.seen seen_event_day_fkey]");
    }

    @Test
    void aPartitionWhoseRowsWouldFallIntoTheDefaultPartitionCannotStayBehind() {
        assertThat(found(tables(List.of(), List.of("events_2020")), Map.of()))
                .containsExactly("partition-needed [public.events_2020]");
        assertThat(found(tables(List.of(), List.of("events_2020", "events_rest")), Map.of()))
                .containsExactly(
                        "warning partition-left-out [public.events_2020]",
                        "warning partition-left-out [public.events_rest]");
        assertThat(found(tables(List.of(), List.of("events_new")), Map.of()))
                .containsExactly("warning partition-left-out [public.events_new]");
    }

    @Test
    void aPartitionDoesNotGoWithoutWhatItIsAPartitionOf() {
        var alone = new SourceCatalog(context(tables(List.of("events_2020"), List.of()), Map.of()));

        assertThat(alone.script().findings()).extracting(f -> f.code()).contains("depends-on-not-carried");
    }

    @Test
    void aMoveWithAWrongConditionDoesNotBeginAndLeavesNothingBehind() {
        var before = CaseDatabase.catalog(pair.source());
        var spec =
                LiveMove.selecting(Specs.spec(pair.name(), 1), TableSelection.ALL, Map.of("notes", "true) OR (true"));
        try (var steps = LiveMove.of(pair, "postgres", spec).access().steps(UUID.randomUUID())) {
            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(steps::preflight)
                    .matches(e -> e.problem().code().equals("where-unreadable"))
                    .matches(e -> e.problem().objects().equals(List.of("public.notes")));
        }

        assertThat(CaseDatabase.difference(before, CaseDatabase.catalog(pair.source())))
                .isEmpty();
        assertThat(CaseDatabase.traces(pair.target())).isEmpty();
    }
}
