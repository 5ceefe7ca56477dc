package godwit.postgres;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Pair} of databases, the source on PostgreSQL 15 and the target on 17.
 *
 * <p>The servers are started once for a process, which ends them; Surefire calls JUnit anew for each class.
 */
public final class Servers implements ParameterResolver {
    private static final ExtensionContext.Namespace PLACE = ExtensionContext.Namespace.create(Servers.class);

    /** A pair that a constructor gets is closed when its test has ended, not when all of the class have. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Pair.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var pair = new Pair(source(), target());
        context.getStore(PLACE).put(pair, pair);
        return pair;
    }

    /** The server with PostgreSQL 15. */
    public static EmbeddedPostgres source() {
        return Running.SOURCE;
    }

    /** The server with PostgreSQL 17. */
    public static EmbeddedPostgres target() {
        return Running.TARGET;
    }

    private static final class Running {
        static final EmbeddedPostgres SOURCE = server(15);
        static final EmbeddedPostgres TARGET = server(17);

        private static EmbeddedPostgres server(int major) {
            return EmbeddedPostgres.start(EmbeddedSettings.of(major)
                    .withoutFsync()
                    .with("max_replication_slots", "100")
                    .with("max_wal_senders", "100"));
        }
    }
}
