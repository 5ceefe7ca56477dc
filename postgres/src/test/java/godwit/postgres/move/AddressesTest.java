package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.move.UrlReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressesTest {
    private final HashMap<String, String> environment = new HashMap<>();
    private final Path folder;
    private final Addresses addresses;

    AddressesTest(@TempDir Path folder) {
        this.folder = folder;
        this.addresses = new Addresses(folder, environment);
    }

    @Test
    void bothKindsOfReferencesAreLookedUpEachTime() throws IOException {
        var inFile = new UrlReference.InFile("url");
        var inEnvironment = new UrlReference.Environment("URL");

        Files.writeString(folder.resolve("url"), "postgresql://a:first@h/d\n# a remark");
        environment.put("URL", "postgresql://a:first@h/d");
        assertThat(addresses.read(inFile).password()).isEqualTo("first");
        assertThat(addresses.read(inEnvironment).password()).isEqualTo("first");

        Files.writeString(folder.resolve("url"), "postgresql://a:second@h/d");
        environment.put("URL", "postgresql://a:second@h/d");
        assertThat(addresses.read(inFile).password()).isEqualTo("second");
        assertThat(addresses.read(inEnvironment).password()).isEqualTo("second");
    }

    @Test
    void whatIsNotThereIsNamedWithoutWhatItHolds() throws IOException {
        Files.writeString(folder.resolve("url"), "mysql://a:hidden@h/d");

        assertThatThrownBy(() -> addresses.read(new UrlReference.Environment("URL")))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("variable-missing"))
                .hasMessageContaining("URL");
        assertThatThrownBy(() -> addresses.read(new UrlReference.InFile("nowhere")))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("file-unreadable"))
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> addresses.read(new UrlReference.InFile("url")))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().toString())
                                .contains("malformed-url")
                                .doesNotContain("hidden"));
    }
}
