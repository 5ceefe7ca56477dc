package godwit.postgres.verify;

import godwit.postgres.Servers;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests databases of their own on an older leader and a newer follower. */
public final class TwoServers implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TwoDatabases.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var databases = TwoDatabases.create(Servers.source(), Servers.target());
        context.getStore(ExtensionContext.Namespace.create(TwoServers.class)).put(databases, databases);
        return databases;
    }
}
