package godwit.postgres.verify;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests an older leader and a newer follower, started once for all of them, with databases of their own. */
public final class TwoServers implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TwoDatabases.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(TwoServers.class))
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class);
        var databases = TwoDatabases.create(running.leader(), running.follower());
        context.getStore(ExtensionContext.Namespace.create(TwoServers.class)).put(databases, databases);
        return databases;
    }

    /** The servers; JUnit closes them when all tests have ended. */
    private record Running(EmbeddedPostgres leader, EmbeddedPostgres follower) implements AutoCloseable {
        static Running start() {
            return new Running(
                    EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync()),
                    EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync()));
        }

        @Override
        public void close() {
            leader.close();
            follower.close();
        }
    }
}
