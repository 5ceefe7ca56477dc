package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import godwit.postgres.catalog.Shape.Difference;
import godwit.postgres.catalog.ShapeReader;
import godwit.postgres.verify.ForeignKeyProof;
import godwit.postgres.verify.SequenceComparison;
import godwit.schema.TableName;
import godwit.verify.OtherDifference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is compared beside the rows: sequences, the shape of the moved tables, and their foreign keys. */
final class Surroundings {
    private static final Set<String> COMPARED = Set.of("table", "column", "constraint", "index", "trigger", "policy");

    private static final String OWNED_SEQUENCES = """
            SELECT sn.nspname, s.relname, tn.nspname, t.relname FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
            JOIN pg_catalog.pg_class t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
              AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0""";

    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', 'godwit')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                              AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2""";

    private final MoveContext context;
    private final ShapeReader shapes;
    private final LeftBehind left;

    Surroundings(MoveContext context) {
        this.context = context;
        this.shapes = new ShapeReader(context.spec().tables());
        this.left = new LeftBehind(context.spec().conduct().leave());
    }

    /** Sequences and shape; the follower's sequences are first set ahead, as they are before a switch. */
    List<OtherDifference> differences(Side leader) {
        return differences(leader, this::sequences);
    }

    /** The same with nothing set: a sequence that is behind only because nobody has set it ahead is no difference. */
    List<OtherDifference> differencesAsTheyAre(Side leader) {
        return differences(leader, this::sequencesAsTheyAre);
    }

    private interface SequencesCompared {
        List<OtherDifference> of(Session leader, Session follower, Predicate<TableName> wanted);
    }

    private List<OtherDifference> differences(Side leader, SequencesCompared compared) {
        try (var here = context.open(leader, "verify");
                var there = context.openApplying(leader.other(), "verify")) {
            var all = new ArrayList<>(barring(leader, compared.of(here, there, moved(here))));
            if (leader == Side.SOURCE) {
                all.addAll(shape(shapes.read(here), shapes.read(there)));
            }
            return all;
        }
    }

    /** What is unlike on the side without the writes, for people's eyes only: it must not bar the way back. */
    List<OtherDifference> notices(Side leader) {
        if (leader == Side.SOURCE) {
            return List.of();
        }
        try (var here = context.open(leader, "verify");
                var there = context.open(leader.other(), "verify")) {
            var all = new ArrayList<>(shape(shapes.read(here), shapes.read(there)));
            sequencesAsTheyAre(here, there, moved(here)).stream()
                    .filter(Surroundings::isMissing)
                    .forEach(all::add);
            return all;
        }
    }

    /**
     * What of the sequences keeps the writes where they are: one that was made on the target after it got the writes is
     * none that the source would give a value of twice.
     */
    static List<OtherDifference> barring(Side leader, List<OtherDifference> sequences) {
        return leader == Side.SOURCE
                ? sequences
                : sequences.stream().filter(found -> !isMissing(found)).toList();
    }

    private static boolean isMissing(OtherDifference sequence) {
        return sequence.kind().equals("sequence-missing");
    }

    /** The sequences that the follower lacks, or on which it would give a value that the leader gave. */
    List<OtherDifference> sequences(Session leader, Session follower, Predicate<TableName> wanted) {
        return new SequenceComparison(leader.connection(), follower.connection())
                .compare(wanted, () -> new Sequences().advance(leader, follower));
    }

    /** The sequences that the follower lacks, or that count in other steps there; none is set. */
    List<OtherDifference> sequencesAsTheyAre(Session leader, Session follower, Predicate<TableName> wanted) {
        return new SequenceComparison(leader.connection(), follower.connection())
                .compare(wanted).stream()
                        .filter(found -> !found.kind().equals("sequence-behind"))
                        .toList();
    }

    /** Which sequences go along: all but those of tables that do not. */
    Predicate<TableName> moved(Session leader) {
        var left = new HashSet<TableName>();
        var taken = context.taken(leader);
        leader.query(OWNED_SEQUENCES, row -> {
            if (!taken.test(TableName.of(row.getString(3), row.getString(4)))) {
                left.add(TableName.of(row.getString(1), row.getString(2)));
            }
            return true;
        });
        return name -> !left.contains(name);
    }

    private List<OtherDifference> shape(Shape here, Shape there) {
        return here.unlike(there).stream()
                .filter(unlike -> COMPARED.contains(unlike.object().kind()) && !isToldOtherwise(unlike))
                .filter(unlike -> !left.explains(unlike))
                .map(Surroundings::difference)
                .toList();
    }

    /** Missing tables and columns are found with the rows; more tables and indexes than the leader has do no harm. */
    private static boolean isToldOtherwise(Shape.Unlike unlike) {
        var kind = unlike.object().kind();
        return switch (unlike.difference()) {
            case MISSING ->
                kind.equals("column")
                        || (kind.equals("table") && unlike.object().portable().startsWith("r"));
            case EXTRA -> kind.equals("column") || kind.equals("table") || kind.equals("index");
            case DIFFERENT -> false;
        };
    }

    private static OtherDifference difference(Shape.Unlike unlike) {
        var what = unlike.difference() == Difference.MISSING
                ? "is not on the follower"
                : unlike.difference() == Difference.EXTRA ? "is not on the leader" : "is not defined alike";
        var kind = "shape-" + unlike.difference().name().toLowerCase(java.util.Locale.ROOT);
        return new OtherDifference(kind, unlike.object().key(), what);
    }

    /** Foreign keys of the follower with rows that point to nothing, unless the leader has such rows as well. */
    List<OtherDifference> orphans(Side leader) {
        try (var there = context.open(leader.other(), "verify")) {
            var found = orphans(there);
            if (found.isEmpty()) {
                return found;
            }
            try (var here = context.open(leader, "verify")) {
                var own = orphans(here).stream().map(OtherDifference::object).collect(Collectors.toSet());
                return found.stream().filter(one -> !own.contains(one.object())).toList();
            }
        }
    }

    private List<OtherDifference> orphans(Session session) {
        return new ForeignKeyProof(session.connection())
                .prove(context.taken(session)).stream()
                        .filter(found -> found.kind().equals("foreign-key-orphan"))
                        .toList();
    }

    /** The tables of a side that do not go along. */
    List<String> excluded(Side side) {
        try (var session = context.open(side, "verify")) {
            return session.query(TABLES, row -> TableName.of(row.getString(1), row.getString(2))).stream()
                    .filter(context.taken(session).negate())
                    .map(TableName::plain)
                    .toList();
        }
    }
}
