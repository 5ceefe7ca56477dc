package godwit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.move.Conduct.Transport;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How connections are protected: the rules, and a server that speaks TLS. */
class ProtectionTest {
    private static EmbeddedPostgres server;
    private static Path issuer;
    private static Path stranger;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());
        var data = server.folder().resolve("data");
        issuer = folder.resolve("issuer.crt");
        stranger = folder.resolve("stranger.crt");
        var certificate = ServerCertificate.create(folder);
        certificate.write(data.resolve("server.crt"), data.resolve("server.key"));
        certificate.write(issuer, folder.resolve("unused.key"));
        java.nio.file.Files.delete(folder.resolve("store.p12"));
        ServerCertificate.create(folder).write(stranger, folder.resolve("unused.key"));
        try (var session = at("127.0.0.1", "").open("test")) {
            session.execute("ALTER SYSTEM SET ssl = on");
            session.execute("SELECT pg_reload_conf()");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Database at(String host, String parameters) {
        var url = "postgresql://postgres@%s:%d/postgres%s".formatted(host, server.port(), parameters);
        return new Database(() -> Endpoint.parse(url));
    }

    private static String refusal(Supplier<?> work) {
        var caught = new String[1];
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(work::get)
                .satisfies(e -> caught[0] = e.problem().code());
        return caught[0];
    }

    @Test
    void aServerWhoseCertificateIsCheckedIsTalkedToInTls() {
        try (var session =
                at("localhost", "?sslmode=verify-full&sslrootcert=" + issuer).open("test")) {
            assertThat(session.text("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isIn("TLSv1.2", "TLSv1.3");
        }
    }

    @Test
    void theReplicationStreamIsProtectedToo() {
        var database = at("localhost", "?sslmode=verify-full&sslrootcert=" + issuer);
        try (var reader = database.openReplication("reader");
                var session = database.open("test")) {
            assertThat(session.is("SELECT ssl FROM pg_stat_ssl WHERE pid = ?", reader.pid()))
                    .isTrue();
        }
    }

    @Test
    void aCertificateOfAStrangerOrForAnotherNameIsRefused() {
        var byStranger = at("localhost", "?sslmode=verify-full&sslrootcert=" + stranger);
        var forAnother = at("127.0.0.1", "?sslmode=verify-full&sslrootcert=" + issuer);

        assertThat(refusal(() -> byStranger.open("test"))).isEqualTo("tls-failed");
        assertThat(refusal(() -> forAnother.open("test"))).isEqualTo("tls-failed");
    }

    @Test
    void aNamelessIssuerIsNotTrusted() {
        assertThat(refusal(() -> at("localhost", "?sslmode=verify-full&sslrootcert=system")
                        .open("test")))
                .isEqualTo("tls-failed");
    }

    @Test
    void onThisMachinePlainTextWillDo() {
        try (var session = at("127.0.0.1", "?sslmode=disable").open("test")) {
            assertThat(session.is("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isFalse();
        }
        assertThat(Protection.isLoopback("127.8.9.10")).isTrue();
        assertThat(Protection.isLoopback("[::1]")).isTrue();
        assertThat(Protection.isLoopback("127.0.0.1.example.org")).isFalse();
    }

    @Test
    void toAnotherMachineTheCertificateIsCheckedUnlessPeopleSaidOtherwise() {
        var plain = Endpoint.parse("postgresql://me@db.example.org/cases");
        var encrypted = Endpoint.parse("postgresql://me@db.example.org/cases?sslmode=require");

        assertThat(new Protection(Transport.PROTECTED).parameters(plain)).containsEntry("sslmode", "verify-full");
        assertThat(refusal(() -> new Protection(Transport.PROTECTED).parameters(encrypted)))
                .isEqualTo("tls-required");
        assertThat(new Protection(Transport.INSECURE).parameters(encrypted)).containsEntry("sslmode", "require");
        assertThat(new Protection(Transport.INSECURE).parameters(plain)).doesNotContainKey("sslmode");
    }

    @Test
    void aConnectionThatIsNotWhatWasAskedForIsNotUsed() {
        try (var session = at("127.0.0.1", "?sslmode=disable").open("test")) {
            var asked = Endpoint.parse("postgresql://me@127.0.0.1/cases?sslmode=require");

            assertThatThrownBy(() -> new Protection(Transport.PROTECTED).requireKept(asked, session))
                    .isInstanceOfSatisfying(
                            GodwitException.class,
                            e -> assertThat(e.problem().code()).isEqualTo("tls-not-kept"));
        }
    }
}
