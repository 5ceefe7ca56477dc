package godwit.postgres;

import godwit.Problem;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A server's address taken from a {@code postgresql://user:password@host:port/database?parameter=value} URL
 * (PostgreSQL manual, 34.1.1.2).
 *
 * @param host name or address; {@code localhost} when the URL has none
 * @param port 5432 when the URL has none
 * @param user role name; empty when the URL has none
 * @param password empty when the URL has none; never printed
 * @param parameters what follows the question mark, such as {@code sslmode}
 */
public record Endpoint(
        String host, int port, String database, String user, String password, Map<String, String> parameters) {
    public Endpoint {
        parameters = Map.copyOf(parameters);
    }

    /** Reads a URL; the Problem never repeats the URL, because it may hold a password. */
    public static Endpoint parse(String url) {
        try {
            var uri = URI.create(url.strip());
            if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
                throw malformed();
            }
            var user = userInfo(uri);
            var path = uri.getRawPath() == null ? "" : uri.getRawPath();
            var database = decode(path.startsWith("/") ? path.substring(1) : path);
            return new Endpoint(
                    uri.getHost() == null ? "localhost" : uri.getHost(),
                    uri.getPort() < 0 ? 5432 : uri.getPort(),
                    database.isEmpty() ? user[0] : database,
                    user[0],
                    user[1],
                    parameters(uri.getRawQuery()));
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
    }

    private static RuntimeException malformed() {
        return Problem.of(
                        "malformed-url",
                        "A database's address is not a postgresql:// URL.",
                        "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %-escapes for special characters.")
                .asException();
    }

    private static String[] userInfo(URI uri) {
        var info = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        var colon = info.indexOf(':');
        return colon < 0
                ? new String[] {decode(info), ""}
                : new String[] {decode(info.substring(0, colon)), decode(info.substring(colon + 1))};
    }

    private static Map<String, String> parameters(@org.jspecify.annotations.Nullable String query) {
        var found = new LinkedHashMap<String, String>();
        if (query != null) {
            for (var pair : query.split("&")) {
                var equals = pair.indexOf('=');
                if (equals > 0) {
                    found.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
                }
            }
        }
        return found;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Host, port and database, without user or password: what people may see. */
    public String place() {
        return host + ":" + port + "/" + database;
    }

    @Override
    public String toString() {
        return place();
    }
}
