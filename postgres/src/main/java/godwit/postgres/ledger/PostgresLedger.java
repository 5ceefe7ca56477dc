package godwit.postgres.ledger;

import godwit.Problem;
import godwit.file.Json;
import godwit.move.MoveDigest;
import godwit.postgres.Session;
import godwit.run.Ledger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.run.Verb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The ledger in the target's schema {@code godwit}, through one session of its own. */
public final class PostgresLedger implements Ledger {
    private static final String RUN = "SELECT id, name, phase, problem::text, begun_at FROM godwit.run ";

    private final Session session;

    public PostgresLedger(Session session) {
        this.session = session;
    }

    /** Whether the target has a ledger at all. */
    public boolean exists() {
        return LedgerSchema.exists(session);
    }

    public void create() {
        LedgerSchema.create(session);
    }

    @Override
    public Optional<Run> find(String name) {
        if (!exists()) {
            return Optional.empty();
        }
        LedgerSchema.takeOver(session);
        return session.first(
                RUN + "WHERE name = ? ORDER BY ended_at DESC NULLS FIRST LIMIT 1", PostgresLedger::run, name);
    }

    /** A run by its id. */
    public Optional<Run> find(UUID id) {
        if (!exists()) {
            return Optional.empty();
        }
        LedgerSchema.takeOver(session);
        return session.first(RUN + "WHERE id = ?", PostgresLedger::run, id);
    }

    /** The ids that begin like this. */
    public List<UUID> idsLike(String begin) {
        return exists()
                ? session.query(
                        "SELECT id FROM godwit.run WHERE starts_with(id::text, ?) ORDER BY begun_at DESC",
                        row -> row.getObject(1, UUID.class),
                        begin)
                : List.of();
    }

    /** Keeps the file that a run goes by, so that it can be found by its id alone. */
    public void keep(UUID run, RunFile file) {
        session.execute("""
                INSERT INTO godwit.move_file (run, folder, text) VALUES (?, ?, ?) ON CONFLICT (run) DO UPDATE
                SET folder = excluded.folder, text = excluded.text, read_at = clock_timestamp()""", run, file.folder(), file.text());
    }

    /** The file that a run goes by; empty when none was kept. */
    public Optional<RunFile> file(UUID run) {
        return session.first(
                "SELECT folder, text FROM godwit.move_file WHERE run = ?",
                row -> new RunFile(row.getString(1), row.getString(2)),
                run);
    }

    /** What the move was told when it was started last. */
    public MoveDigest digest(UUID run) {
        return MoveDigest.parse(session.text("SELECT digest FROM godwit.run WHERE id = ?", run));
    }

    /** Notes what the move is told from now on. */
    public void redigest(UUID run, MoveDigest digest) {
        session.execute("UPDATE godwit.run SET digest = ? WHERE id = ?", digest.text(), run);
    }

    private static Run run(ResultSet row) throws SQLException {
        return new Run(
                row.getObject(1, UUID.class),
                row.getString(2),
                Phase.of(row.getString(3)),
                Optional.ofNullable(row.getString(4)).map(ProblemJson::read),
                row.getObject(5, OffsetDateTime.class).toInstant());
    }

    @Override
    public Run begin(UUID id, String name, String digest) {
        var begun = session.execute(
                "INSERT INTO godwit.run (id, name, digest, phase) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                id,
                name,
                digest,
                Phase.PLANNED.word());
        if (begun == 0) {
            throw Problem.of(
                            "run-exists",
                            "A run of the name %s is under way.".formatted(name),
                            "Another godwit start began it just now; see it with godwit status.")
                    .asException();
        }
        return session.first(RUN + "WHERE id = ?", PostgresLedger::run, id).orElseThrow();
    }

    @Override
    public void enter(UUID run, Phase phase, String operator) {
        session.execute("""
                WITH before AS (SELECT id, phase FROM godwit.run WHERE id = ?),
                noted AS (INSERT INTO godwit.event (run, operator, verb, result, code)
                          SELECT id, ?, ?, 'done', '' FROM before WHERE phase <> ?)
                UPDATE godwit.run SET phase = ?, problem = NULL, ended_at = CASE WHEN ? THEN now() END WHERE id = ?""", run, operator, phase.word(), phase.word(), phase.word(), phase.isOver(), run);
    }

    @Override
    public void hold(UUID run, Problem problem, String operator) {
        session.execute("UPDATE godwit.run SET problem = ?::jsonb WHERE id = ?", ProblemJson.write(problem), run);
        record(new Event(run, operator, "hold", "failed", problem.code()));
    }

    @Override
    public void record(Event event) {
        session.execute(
                "INSERT INTO godwit.event (run, operator, verb, result, code) VALUES (?, ?, ?, ?, ?)",
                event.run(),
                event.operator(),
                event.verb(),
                event.result(),
                event.code());
    }

    /** The role is that of whoever asked, not of the worker that writes it down. */
    @Override
    public void record(Request request, String result, String code) {
        session.execute(
                """
                INSERT INTO godwit.event (run, operator, role, verb, result, code)
                VALUES (?, ?, coalesce((SELECT role FROM godwit.request WHERE id = ?), session_user), ?, ?, ?)""",
                request.run(),
                request.operator(),
                request.id(),
                request.verb().word(),
                result,
                code);
    }

    /** What happened in a run, the newest first. */
    public List<Entry> history(UUID run, int entriesMax) {
        return session.query(
                "SELECT id, at, operator, role, verb, result, code FROM godwit.event WHERE run = ? ORDER BY number DESC"
                        + " LIMIT ?",
                row -> new Entry(
                        row.getString(1),
                        row.getObject(2, OffsetDateTime.class).toInstant().toString(),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7)),
                run,
                entriesMax);
    }

    @Override
    public void ask(Request request) {
        session.execute(
                "INSERT INTO godwit.request (id, run, verb, options, operator) VALUES (?, ?, ?, ?::jsonb, ?)",
                request.id(),
                request.run(),
                request.verb().word(),
                Json.write(request.options()),
                request.operator());
    }

    @Override
    public Optional<Request> nextRequest(UUID run, Set<Verb> verbs) {
        return session.first(
                """
                SELECT id, verb, options::text, operator FROM godwit.request WHERE run = ? AND result IS NULL
                AND verb = ANY (string_to_array(?, ','))
                AND waiting_at > clock_timestamp() - interval '10 seconds' ORDER BY asked_at LIMIT 1""",
                row -> request(run, row),
                run,
                verbs.stream().map(Verb::word).collect(Collectors.joining(",")));
    }

    @Override
    public Optional<Request> unanswered(UUID run, Verb verb) {
        return session.first("""
                SELECT id, verb, options::text, operator FROM godwit.request WHERE run = ? AND result IS NULL
                AND verb = ? ORDER BY asked_at DESC LIMIT 1""", row -> request(run, row), run, verb.word());
    }

    private static Request request(UUID run, ResultSet row) throws SQLException {
        return new Request(
                row.getObject(1, UUID.class),
                run,
                Verb.of(row.getString(2)),
                texts(row.getString(3)),
                row.getString(4));
    }

    private static Map<String, String> texts(String json) {
        var all = new LinkedHashMap<String, String>();
        Json.read(json).forEach((key, value) -> all.put(key, String.valueOf(value)));
        return all;
    }

    @Override
    public void answer(UUID request, Outcome outcome) {
        var result = switch (outcome) {
            case Outcome.Done done -> List.of("done", Json.write(done.result()));
            case Outcome.Different different -> List.of("different", Json.write(different.result()));
            case Outcome.Refused refused -> List.of("refused", ProblemJson.write(refused.problem()));
            case Outcome.Unknown unknown -> List.of("unknown", ProblemJson.write(unknown.problem()));
        };
        session.execute(
                "UPDATE godwit.request SET result = ?, answer = ?::jsonb, answered_at = clock_timestamp() WHERE id = ?",
                result.get(0),
                result.get(1),
                request);
    }

    @Override
    public Optional<Outcome> answerTo(UUID request) {
        return session.first(
                "SELECT result, answer::text FROM godwit.request WHERE id = ? AND result IS NOT NULL",
                row -> outcome(row.getString(1), row.getString(2)),
                request);
    }

    private static Outcome outcome(String result, String answer) {
        return switch (result) {
            case "done" -> new Outcome.Done(Json.read(answer));
            case "different" -> new Outcome.Different(Json.read(answer));
            case "refused" -> new Outcome.Refused(ProblemJson.read(answer));
            default -> new Outcome.Unknown(ProblemJson.read(answer));
        };
    }

    @Override
    public void stillWaiting(UUID request) {
        session.execute("UPDATE godwit.request SET waiting_at = clock_timestamp() WHERE id = ?", request);
    }

    /** What a run has copied so far. */
    public Copied copied(UUID run) {
        return session.first("""
                        SELECT coalesce(sum(rows), 0), coalesce(sum(bytes), 0),
                          coalesce(extract(epoch FROM max(copied_at) - min(begun_at)), 0)
                        FROM godwit.chunk WHERE run = ?""", row -> new Copied(row.getLong(1), row.getLong(2), row.getDouble(3)), run)
                .orElseThrow();
    }

    @Override
    public Steering steering(UUID run) {
        return new SteeringTable(session).read(run);
    }

    @Override
    public void steer(UUID run, Map<String, String> wishes, String operator) {
        new SteeringTable(session).write(run, wishes, operator);
    }

    @Override
    public void publish(UUID run, Map<String, Object> live) {
        session.execute(
                "UPDATE godwit.run SET live = ?::jsonb || jsonb_build_object('publishedAt', clock_timestamp()) WHERE id = ?",
                Json.write(live),
                run);
    }

    @Override
    public Map<String, Object> published(UUID run) {
        var json = session.text("SELECT (live - 'publishedAt')::text FROM godwit.run WHERE id = ?", run);
        return json.isEmpty() ? Map.of() : Json.read(json);
    }

    /** When something was published last, by the target's clock; empty when nothing ever was. */
    public Optional<Instant> publishedAt(UUID run) {
        return session.first(
                "SELECT (live->>'publishedAt')::timestamptz FROM godwit.run WHERE id = ? AND live IS NOT NULL",
                row -> row.getObject(1, OffsetDateTime.class).toInstant(),
                run);
    }

    /** For how long nothing was published, by the target's clock; since the begin when nothing ever was. */
    public double silentSeconds(UUID run) {
        return session.first(
                        "SELECT extract(epoch FROM clock_timestamp() - coalesce((live->>'publishedAt')::timestamptz,"
                                + " begun_at)) FROM godwit.run WHERE id = ?",
                        row -> row.getDouble(1),
                        run)
                .orElse(0.0);
    }
}
