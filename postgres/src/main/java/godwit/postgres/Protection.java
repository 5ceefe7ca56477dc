package godwit.postgres;

import godwit.Problem;
import godwit.move.Conduct.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a connection is protected on its way: TLS 1.2 or 1.3 with a certificate that is checked in full, unless it stays
 * on this machine or people have said that it may do without (PostgreSQL manual, 34.19).
 */
final class Protection {
    private static final String CHECKED = "verify-full";
    private static final Set<String> ENCRYPTED = Set.of("require", "verify-ca", CHECKED);
    private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

    private final Transport transport;

    Protection(Transport transport) {
        this.transport = transport;
    }

    /** The parameters to connect with: those of the URL, and what they leave open. */
    Map<String, String> parameters(Endpoint to) {
        var parameters = new LinkedHashMap<>(to.parameters());
        if (mustBeChecked(to)) {
            var mode = parameters.getOrDefault("sslmode", CHECKED);
            if (!mode.equals(CHECKED)) {
                throw unprotected(to, mode);
            }
            parameters.put("sslmode", CHECKED);
        }
        if (CHECKED.equals(parameters.get("sslmode")) && trustsSystem(parameters)) {
            parameters.remove("sslrootcert");
            parameters.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        return parameters;
    }

    private boolean mustBeChecked(Endpoint to) {
        return transport == Transport.PROTECTED && !isLoopback(to.host());
    }

    /** Issuers are those of the URL, else of the user's file for PostgreSQL, else those that the Java runtime knows. */
    private static boolean trustsSystem(Map<String, String> parameters) {
        var named = parameters.getOrDefault("sslrootcert", "");
        return named.equals("system")
                || (named.isEmpty()
                        && !parameters.containsKey("sslfactory")
                        && !Files.exists(Path.of(System.getProperty("user.home", "."), ".postgresql", "root.crt")));
    }

    /** Names are not looked up: a name that leads here today may lead elsewhere tomorrow. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.matches("\\[?::1]?");
    }

    private static RuntimeException unprotected(Endpoint to, String mode) {
        return Problem.of(
                        "tls-required",
                        "%s is on another machine, and sslmode=%s does not check whom it talks to."
                                .formatted(to.place(), mode),
                        "Write sslmode=verify-full (with sslrootcert=PATH for an issuer of your own), or"
                                + " insecure: true in the move file.")
                .withObjects(List.of(to.place()))
                .asException();
    }

    /** Asks the server how the connection came about: what was asked for may not be what there is. */
    void requireKept(Endpoint to, Session session) {
        if (!ENCRYPTED.contains(parameters(to).getOrDefault("sslmode", ""))) {
            return;
        }
        var version = session.text("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl");
        if (!VERSIONS.contains(version)) {
            throw Problem.of(
                            "tls-not-kept",
                            "The connection to %s is %s, but TLS 1.2 or 1.3 is needed."
                                    .formatted(to.place(), version.isEmpty() ? "plain text" : version),
                            "Look for a proxy in between, and at ssl_min_protocol_version of the server.")
                    .withObjects(List.of(to.place()))
                    .asException();
        }
    }
}
