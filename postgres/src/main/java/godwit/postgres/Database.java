package godwit.postgres;

import godwit.GodwitException;
import godwit.move.Conduct.Transport;
import godwit.schema.Literal;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGProperty;

/**
 * A database that sessions can be opened to, all under Godwit's fixed settings.
 *
 * <p>The settings make it impossible that a copy or a proof is filtered or shifted unseen: row security fails instead
 * of filtering, nothing is found by an unqualified name, and values have one text form. What Godwit commits is flushed,
 * because a position is confirmed to the other side as soon as it is committed.
 */
public final class Database implements AutoCloseable {
    /** What decides how a value looks as text; a stream in text form is written under the same. */
    private static final String FORMS = settings(
            "search_path=",
            "TimeZone=UTC",
            "DateStyle=ISO",
            "IntervalStyle=postgres",
            "extra_float_digits=1",
            "bytea_output=hex",
            "xmlbinary=base64",
            "lc_monetary=C",
            "standard_conforming_strings=on");

    /**
     * Takes away limits that a role or a database may have for its applications, and has the server notice within half a
     * minute that this end is gone: what a dead session holds, nobody else can have.
     */
    private static final String LIMITS = settings(
                    "statement_timeout=0",
                    "lock_timeout=0",
                    "idle_in_transaction_session_timeout=0",
                    "idle_session_timeout=0",
                    "tcp_keepalives_idle=15",
                    "tcp_keepalives_interval=5",
                    "tcp_keepalives_count=3",
                    "tcp_user_timeout=30000")
            + """
            , CASE WHEN current_setting('server_version_num')::int >= 170000
                   THEN set_config('transaction_timeout', '0', false) END""";

    private static final String SETTINGS = settings(
                    "row_security=off",
                    "lock_timeout=10s",
                    "default_transaction_read_only=off",
                    "client_connection_check_interval=1s",
                    "check_function_bodies=off",
                    "jit=off",
                    "default_transaction_isolation=read committed")
            + """
            , set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'local'
                                               ELSE current_setting('synchronous_commit') END, false)""";

    /** All of them, and who the session is; sessions are opened by the dozen, and a statement each would cost them. */
    private static final String ALL =
            "SELECT set_config('application_name', ?, false), " + FORMS + ", " + LIMITS + ", " + SETTINGS;

    /** What is confirmed to the other side must survive a crash of this one. */
    private static final String APPLYING = "SELECT set_config('godwit.exempt', ?, false), "
            + settings("session_replication_role=replica", "synchronous_commit=on");

    /** How long a server may be silent that was asked for something brief. */
    private static final int SILENCE_SECONDS_MAX = 60;

    /** Whoever is done with a session does not wait for longer until it is fit for the next. */
    private static final int RESET_SECONDS_MAX = 5;

    private final Supplier<Endpoint> endpoint;
    private final Protection protection;
    private final Set<Session> open = ConcurrentHashMap.newKeySet();
    private final IdleSessions looking = new IdleSessions(open, session -> true);
    private final IdleSessions lent = new IdleSessions(open, session -> isLaidDown(session));

    /** @param endpoint asked again for each connection, so that tokens that expire keep working */
    public Database(Supplier<Endpoint> endpoint) {
        this(endpoint, Transport.PROTECTED);
    }

    /** @param transport whether connections that leave this machine may be unprotected */
    public Database(Supplier<Endpoint> endpoint, Transport transport) {
        this.endpoint = endpoint;
        this.protection = new Protection(transport);
    }

    /** The role that the login takes is not among what DISCARD restores. */
    private static boolean isLaidDown(Session session) {
        return works(session, RESET_SECONDS_MAX, "DISCARD ALL") && works(session, RESET_SECONDS_MAX, "RESET ROLE");
    }

    public Endpoint endpoint() {
        return endpoint.get();
    }

    /**
     * Opens a session for statements that may take as long as they like; {@code purpose} shows in pg_stat_activity as
     * {@code godwit purpose}.
     */
    public Session open(String purpose) {
        var session = openBriefly(purpose);
        session.waitAtMost(Duration.ZERO);
        return session;
    }

    /**
     * Opens a session for statements that are answered within a minute: a server that says nothing for so long counts as
     * gone, so that nobody waits on a connection that is dead although neither end was told.
     */
    public Session openBriefly(String purpose) {
        return opened(purpose, new IdleSessions.None(open));
    }

    /** The same with a limit of its own. */
    Session openBriefly(String purpose, Duration silenceMax) {
        var session = openBriefly(purpose);
        session.waitAtMost(silenceMax);
        return session;
    }

    /**
     * Opens a session for single brief statements that change no settings; when it is closed it is kept for the next who
     * looks, because people call again and again for how things stand.
     */
    public Session look() {
        var to = endpoint.get();
        return looking.take(session -> session.leadsTo(to) && session.answers())
                .orElseGet(() -> opened("look", looking));
    }

    /**
     * Like {@link #openBriefly(String)}, but the connection may have been somebody else's, and is kept for the next when the
     * session is closed; nothing of what one did in it reaches the next.
     */
    public Session borrowBriefly(String purpose) {
        var to = endpoint.get();
        return lent.take(session -> session.leadsTo(to) && works(session, RESET_SECONDS_MAX, ALL, application(purpose)))
                .orElseGet(() -> opened(purpose, lent));
    }

    private static boolean works(Session session, int silenceSecondsMax, String sql, Object... parameters) {
        try {
            session.waitAtMost(Duration.ofSeconds(silenceSecondsMax));
            session.execute(sql, parameters);
            session.waitAtMost(Duration.ofSeconds(SILENCE_SECONDS_MAX));
            return true;
        } catch (GodwitException e) {
            return false;
        }
    }

    private Session opened(String purpose, Session.Owner owner) {
        var to = endpoint.get();
        try {
            var session = tracked(properties(to, purpose), to, owner);
            session.execute(ALL, application(purpose));
            return session;
        } catch (SQLException e) {
            throw Failures.whileConnecting(to, e);
        }
    }

    /** Opens a session whose writes fire no ordinary triggers, pass our gate, and are no foreigner's in the log. */
    public Session openApplying(String purpose, Exemption exemption) {
        var session = open(purpose);
        session.execute(APPLYING, exemption.word());
        return session;
    }

    /** The same for statements that are answered within a minute, on a connection that may be another's before and after. */
    public Session borrowApplyingBriefly(String purpose, Exemption exemption) {
        var session = borrowBriefly(purpose);
        session.execute(APPLYING, exemption.word());
        return session;
    }

    /** Opens a connection that speaks the replication protocol. */
    public Session openReplication(String purpose) {
        var to = endpoint.get();
        var properties = properties(to, purpose);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        try {
            var session = tracked(properties, to, new IdleSessions.None(open));
            session.execute("SELECT " + FORMS + ", " + LIMITS);
            session.waitAtMost(Duration.ZERO);
            return session;
        } catch (SQLException e) {
            throw Failures.whileConnecting(to, e);
        }
    }

    private Session tracked(Properties properties, Endpoint to, Session.Owner owner) throws SQLException {
        var session = new Session(DriverManager.getConnection(url(to), properties), to, owner);
        open.add(session);
        try {
            protection.requireKept(to, session);
        } catch (RuntimeException e) {
            session.abort();
            throw e;
        }
        return session;
    }

    private static String application(String purpose) {
        return "godwit " + purpose;
    }

    /** Calls that make settings. */
    private static String settings(String... settings) {
        return Stream.of(settings)
                .map(setting -> setting.split("=", 2))
                .map(setting -> "set_config(%s, %s, false)"
                        .formatted(new Literal(setting[0]).sql(), new Literal(setting[1]).sql()))
                .collect(Collectors.joining(", "));
    }

    /** Ends all sessions at once; work in progress on them fails. */
    public void abortAll() {
        open.forEach(Session::abort);
    }

    /** Ends the connections that are kept for the next; sessions that somebody holds go on until they are closed. */
    @Override
    public void close() {
        looking.close();
        lent.close();
    }

    private static String url(Endpoint to) {
        return "jdbc:postgresql://" + to.host() + ":" + to.port() + "/"
                + java.net.URLEncoder.encode(to.database(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private Properties properties(Endpoint to, String purpose) {
        var properties = new Properties();
        protection.parameters(to).forEach(properties::setProperty);
        properties.setProperty("user", to.user());
        if (!to.password().isEmpty()) {
            properties.setProperty("password", to.password());
        }
        PGProperty.APPLICATION_NAME.set(properties, application(purpose));
        // Who is older is refused later; this spares a statement for the name.
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.SOCKET_FACTORY.set(properties, KeepAliveSockets.class.getName());
        PGProperty.CONNECT_TIMEOUT.set(properties, 10);
        PGProperty.LOGIN_TIMEOUT.set(properties, 20);
        PGProperty.SOCKET_TIMEOUT.set(properties, SILENCE_SECONDS_MAX);
        // Each use is prepared once at most: statements name tables that may be rebuilt between two uses.
        PGProperty.PREPARE_THRESHOLD.set(properties, 0);
        return properties;
    }
}
