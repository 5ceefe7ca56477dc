package godwit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A certificate that vouches for itself and for the name localhost alone, made by the JDK's keytool. */
final class ServerCertificate {
    private static final char[] WORD = "for-this-test-only".toCharArray();

    private final KeyStore store;

    private ServerCertificate(KeyStore store) {
        this.store = store;
    }

    static ServerCertificate create(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        var file = folder.resolve("store.p12");
        var line = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair -alias server -keyalg EC -groupname secp256r1 -validity 30 -dname CN=localhost",
                "-ext san=dns:localhost -ext bc=ca:true -storetype PKCS12 -storepass " + new String(WORD));
        var words = List.of((String.join(" ", line) + " -keystore " + file).split(" "));
        var process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor()).isZero();
        var store = KeyStore.getInstance("PKCS12");
        try (var stream = Files.newInputStream(file)) {
            store.load(stream, WORD);
        }
        return new ServerCertificate(store);
    }

    /** Writes the certificate and its key as a server wants them. */
    void write(Path certificate, Path key) throws IOException, GeneralSecurityException {
        pem(certificate, "CERTIFICATE", store.getCertificate("server").getEncoded());
        Files.deleteIfExists(key);
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        pem(key, "PRIVATE KEY", store.getKey("server", WORD).getEncoded());
    }

    private static void pem(Path file, String what, byte[] content) throws IOException {
        var text = Base64.getMimeEncoder(64, "\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .encodeToString(content);
        Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
    }
}
