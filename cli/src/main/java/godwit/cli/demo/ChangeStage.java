package godwit.cli.demo;

import godwit.demo.PeopleDatabase;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.file.MigrationFile;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.change.ChangeConduct;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.run.RealPace;
import godwit.schema.Identifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** What the demonstration of a change runs on: one server, and which version each client uses. */
final class ChangeStage implements Scene {
    static final int MAJOR = 17;
    static final String VERSION = "public_02_reach";

    private static final String DATABASE = "register";
    private static final String OLD = "public";

    private final EmbeddedPostgres server;

    private ChangeStage(EmbeddedPostgres server) {
        this.server = server;
    }

    static ChangeStage build() throws SQLException {
        var server = EmbeddedPostgres.start(EmbeddedSettings.of(MAJOR));
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
        return new ChangeStage(server);
    }

    /** The address of the old application, which never heard of Godwit, or of the new one. */
    String address(boolean isNew) {
        var url = server.jdbcUrl(DATABASE);
        return url + (url.contains("?") ? "&" : "?") + "currentSchema=" + (isNew ? VERSION : OLD);
    }

    Connection open(boolean isNew) throws SQLException {
        return DriverManager.getConnection(address(isNew));
    }

    SchemaChange change() {
        var file = Path.of("02_reach.yaml");
        var endpoint = Endpoint.parse(server.url(DATABASE));
        return new SchemaChange(
                new Database(() -> endpoint),
                MigrationFile.parse(PeopleDatabase.MIGRATION, file),
                new MigrationText(file.toString(), PeopleDatabase.MIGRATION),
                List.of(),
                new Identifier(OLD),
                ChangeConduct.of("demo", new RealPace()));
    }

    @Override
    public void leaveRunning() {
        server.leaveRunning();
    }

    @Override
    public List<String> addresses() {
        return List.of(
                "server   psql " + server.url(DATABASE),
                "to end   kill $(head -n 1 " + server.folder().resolve("data/postmaster.pid") + ")",
                "then     rm -r " + server.folder());
    }

    @Override
    public void removeFolder() {}

    @Override
    public void close() {
        server.close();
    }
}
