package godwit.postgres;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a server's error means to people.
 *
 * <p>The server's texts may quote values of rows: those of classes 22 and 23, every DETAIL, and whatever the users' own
 * functions raise. So only texts are told that the server itself writes, of classes that are about connections, rights,
 * objects and resources; of all others the code and the names of the objects.
 */
final class Failures {
    private static final Set<String> PASSING =
            Set.of("57P01", "57P02", "57P03", "57P05", "53300", "55P03", "40001", "40P01", "55006", "25P03", "57014");

    /** The code of a Problem that says: somebody else holds the lock, nothing is broken. */
    static final String LOCK_NOT_AVAILABLE = "lock-not-available";

    /** The classes of codes (PostgreSQL manual, appendix A) whose texts name objects and settings, never values of rows. */
    private static final Set<String> TELLABLE =
            Set.of("08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58");

    /** Those of {@link #TELLABLE} whose texts Godwit's gate raises. */
    private static final Set<String> RAISED_BY_GATE = Set.of("25006", "40001");

    private static final Map<String, String> CODES = Map.of(
            "55P03", LOCK_NOT_AVAILABLE,
            "40P01", LOCK_NOT_AVAILABLE,
            "42P01", "relation-missing");

    private static final Map<String, String> CONNECTING = Map.of(
            "28P01", "wrong-password",
            "28000", "login-refused",
            "3D000", "database-missing",
            "53300", "too-many-connections",
            "57P03", "server-starting");

    private Failures() {}

    static GodwitException whileRunning(String place, SQLException cause) {
        var state = stateOf(cause);
        var problem = new Problem(
                CODES.getOrDefault(state, "database-error"),
                "%s answered %s: %s".formatted(place, state, tellable(cause, state)),
                hint(state),
                objects(cause),
                List.of());
        return new GodwitException(problem, retryOf(state), cause);
    }

    static GodwitException whileConnecting(Endpoint endpoint, SQLException cause) {
        var state = stateOf(cause);
        var code = isTls(cause) ? "tls-failed" : codeOf(state);
        var problem = Problem.of(
                        code,
                        "Cannot connect to %s as %s (%s).".formatted(endpoint.place(), endpoint.user(), state),
                        connectingHint(code))
                .withObjects(List.of(endpoint.place()));
        var mayPass = isPassing(state) && !isTlsForGood(cause);
        return new GodwitException(problem, mayPass ? Retry.LATER : Retry.NEVER, cause);
    }

    private static String codeOf(String state) {
        return state.startsWith("08") ? "unreachable" : CONNECTING.getOrDefault(state, "connection-refused");
    }

    /** The driver says 08004 when the server does not speak TLS, and 08006 by itself when a check of its own fails. */
    private static boolean isTls(SQLException cause) {
        return isCausedBy(cause, SSLException.class) || isTlsForGood(cause);
    }

    /** A handshake that was cut may work next time; a certificate that does not fit stays as it is. */
    private static boolean isTlsForGood(SQLException cause) {
        return isCausedBy(cause, GeneralSecurityException.class)
                || stateOf(cause).equals("08004")
                || (stateOf(cause).equals("08006") && cause.getCause() == null);
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Exception> kind) {
        for (var inner = failure.getCause(); inner != null; inner = inner.getCause()) {
            if (kind.isInstance(inner)) {
                return true;
            }
        }
        return false;
    }

    static String stateOf(SQLException cause) {
        return cause.getSQLState() == null ? "08000" : cause.getSQLState();
    }

    static Retry retryOf(String state) {
        return isPassing(state) ? Retry.LATER : Retry.NEVER;
    }

    private static boolean isPassing(String state) {
        return state.startsWith("08") || PASSING.contains(state);
    }

    private static String tellable(SQLException cause, String state) {
        if (state.startsWith("22") || state.startsWith("23")) {
            return violated(objects(cause)) + " (the text is withheld, it may quote a row)";
        }
        if (!(cause instanceof PSQLException e) || !(e.getServerErrorMessage() instanceof ServerErrorMessage m)) {
            return state.startsWith("08") ? "the connection was lost" : String.valueOf(cause.getMessage());
        }
        return isTellable(m, state)
                ? String.valueOf(m.getMessage())
                : "the server refused it (the text is withheld, it may quote a row)";
    }

    private static String violated(List<String> objects) {
        return objects.isEmpty()
                ? "a value or a constraint was violated"
                : "violated is " + String.join(" of ", objects);
    }

    /** A function may raise any code with any text: RAISE of PL/pgSQL is seen by the routine that reported it. */
    private static boolean isTellable(ServerErrorMessage message, String state) {
        return isRaised(message)
                ? RAISED_BY_GATE.contains(state)
                : state.length() == 5 && TELLABLE.contains(state.substring(0, 2));
    }

    private static boolean isRaised(ServerErrorMessage message) {
        return "exec_stmt_raise".equals(message.getRoutine());
    }

    /** The innermost first, as in "a constraint of a table"; what a function raises may name anything. */
    private static List<String> objects(SQLException cause) {
        if (!(cause instanceof PSQLException e)
                || !(e.getServerErrorMessage() instanceof ServerErrorMessage m)
                || isRaised(m)) {
            return List.of();
        }
        var table = m.getSchema() == null || m.getTable() == null ? m.getTable() : m.getSchema() + "." + m.getTable();
        return Stream.of(m.getConstraint(), m.getColumn(), table == null ? m.getSchema() : table)
                .filter(Objects::nonNull)
                .toList();
    }

    private static String hint(String state) {
        if (state.equals("42501")) {
            return "Give Godwit's role the privilege; docs/reference/rights.md lists what it needs.";
        }
        return isPassing(state) ? "It is tried again." : "The server's log has the whole message.";
    }

    private static String connectingHint(String code) {
        return switch (code) {
            case "unreachable" -> "Check host, port and firewall, and that the server runs.";
            case "wrong-password" -> "Check the password that the URL's variable or file holds.";
            case "tls-failed" ->
                "Check that the server has ssl on, that its certificate names this host, and that sslrootcert holds"
                        + " its issuer.";
            case "database-missing" -> "Create the database first, or check its name.";
            case "too-many-connections" -> "Raise max_connections or close other sessions.";
            default -> "Check pg_hba.conf and that the role may log in.";
        };
    }
}
