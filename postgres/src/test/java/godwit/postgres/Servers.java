package godwit.postgres;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a {@link Pair} of databases, the source on PostgreSQL 15 and the target on 17, started once for all. */
public final class Servers implements ParameterResolver {
    private static final ExtensionContext.Namespace PLACE = ExtensionContext.Namespace.create(Servers.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Pair.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var running = context.getRoot()
                .getStore(PLACE)
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class);
        var pair = new Pair(running.source(), running.target());
        context.getStore(PLACE).put(pair, pair);
        return pair;
    }

    /** The servers; JUnit closes them when all tests have ended. */
    private record Running(EmbeddedPostgres source, EmbeddedPostgres target) implements AutoCloseable {
        static Running start() {
            return new Running(server(15), server(17));
        }

        private static EmbeddedPostgres server(int major) {
            return EmbeddedPostgres.start(EmbeddedSettings.of(major)
                    .withoutFsync()
                    .with("max_replication_slots", "100")
                    .with("max_wal_senders", "100"));
        }

        @Override
        public void close() {
            source.close();
            target.close();
        }
    }
}
