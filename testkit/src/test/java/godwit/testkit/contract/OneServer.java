package godwit.testkit.contract;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test a new database of a server that is started once for a process, which ends it; Surefire calls JUnit anew
 * for each class.
 */
final class OneServer implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Databases.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return Databases.ALL;
    }

    /** A database, and where Godwit and applications find it. */
    record Named(String url, String jdbcUrl, Database database) {}

    /** The server's databases. */
    static final class Databases {
        private static final Databases ALL = start();

        private final EmbeddedPostgres server;
        private final AtomicInteger made = new AtomicInteger();

        private Databases(EmbeddedPostgres server) {
            this.server = server;
        }

        private static Databases start() {
            return new Databases(EmbeddedPostgres.start(EmbeddedSettings.of(15)
                    .withoutFsync()
                    .with("max_replication_slots", "50")
                    .with("max_wal_senders", "50")));
        }

        /** A new, empty database. */
        Database database() {
            return named().database();
        }

        /** A new, empty database with its address. */
        Named named() {
            var name = "contract_" + made.incrementAndGet();
            try (var session = on(server.url("postgres")).open("test")) {
                session.execute("CREATE DATABASE " + name);
            }
            var url = server.url(name);
            return new Named(url, server.jdbcUrl(name), on(url));
        }

        private static Database on(String url) {
            return new Database(() -> Endpoint.parse(url));
        }
    }
}
