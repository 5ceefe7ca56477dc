package godwit.cli;

import godwit.GodwitException;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.change.ShadowServers;
import java.util.Optional;

/** Servers from the binaries that Godwit brings, which are thrown away afterwards. */
final class EmbeddedShadows implements ShadowServers {
    @Override
    public Optional<Shadow> start(int major) {
        try {
            return Optional.of(new Started(
                    EmbeddedPostgres.start(EmbeddedSettings.of(major).withoutFsync())));
        } catch (GodwitException e) {
            if (e.problem().code().equals("embedded-version-missing")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private record Started(EmbeddedPostgres server, Database database) implements Shadow {
        Started(EmbeddedPostgres server) {
            this(server, at(server));
        }

        private static Database at(EmbeddedPostgres server) {
            var endpoint = Endpoint.parse(server.url("postgres"));
            return new Database(() -> endpoint);
        }

        @Override
        public void close() {
            try (server) {
                database.close();
            }
        }
    }
}
