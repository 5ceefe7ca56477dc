package godwit.cli;

import godwit.Problem;
import godwit.file.Layers;
import godwit.file.MoveFile;
import godwit.move.MoveSpec;
import godwit.move.UrlReference;
import godwit.postgres.Database;
import godwit.postgres.ledger.PostgresLedger;
import godwit.postgres.ledger.RunFile;
import godwit.postgres.move.Addresses;
import godwit.postgres.move.MoveAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a verb is about: a move file, or a run by its id, whose file the target's ledger has kept.
 *
 * <p>An id is looked for in the ledger that {@code --target} names, else in that of {@code GODWIT_TARGET}.
 */
final class Subject {
    static final String TARGET = "GODWIT_TARGET";

    private final Layers layers;
    private final Map<String, String> environment;

    Subject(Layers layers, Map<String, String> environment) {
        this.layers = layers;
        this.environment = environment;
    }

    /** Finds a subject; only the second step may need a database. */
    interface Found {
        MoveAccess open();
    }

    /** Reads what can be read without a database. */
    Found find(String subject, Optional<String> target) {
        var isId = subject.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                || (subject.matches("[0-9a-f]{8}") && !Files.exists(Path.of(subject)));
        return isId ? byId(subject, target) : byFile(Path.of(subject));
    }

    private Found byFile(Path file) {
        var text = MoveFile.text(file);
        var folder = file.toAbsolutePath().normalize().resolveSibling(".").normalize();
        var access = new MoveAccess(MoveFile.parse(text, layers), folder, environment)
                .with(new RunFile(folder.toString(), text));
        requireAllUsed();
        layers.requireKnownVariables(variables(access.spec()));
        access.requireAddresses();
        return () -> access;
    }

    private static Set<String> variables(MoveSpec spec) {
        return Stream.of(spec.source(), spec.target())
                .filter(UrlReference.Environment.class::isInstance)
                .map(reference -> ((UrlReference.Environment) reference).variable())
                .collect(Collectors.toSet());
    }

    private void requireAllUsed() {
        var unused = List.copyOf(layers.unused());
        if (!unused.isEmpty()) {
            throw Problem.of(
                            "setting-unknown",
                            "There is no setting %s.".formatted(unused.getFirst()),
                            "See all of them with godwit settings FILE.")
                    .withObjects(unused)
                    .asException();
        }
    }

    private Found byId(String id, Optional<String> target) {
        var reference = reference(target.or(() -> Optional.ofNullable(environment.get(TARGET))));
        var addresses = new Addresses(Path.of("."), environment);
        addresses.read(reference);
        layers.requireKnownVariables(
                reference instanceof UrlReference.Environment named ? Set.of(named.variable()) : Set.of());
        return () -> lookedUp(id, reference, new Database(() -> addresses.read(reference)));
    }

    private static UrlReference reference(Optional<String> named) {
        var text = named.orElseThrow(() -> Problem.of(
                        "target-not-named",
                        "A run's id says nothing of where its ledger is.",
                        "Add --target env:NAME or --target file:PATH, or set GODWIT_TARGET; or name the move file.")
                .asException());
        return text.equals(System.getenv(TARGET)) && !text.matches("(env|file):.*")
                ? new UrlReference.Environment(TARGET)
                : NamedUrl.of(text, "--target");
    }

    private MoveAccess lookedUp(String begin, UrlReference target, Database database) {
        try (var session = database.openBriefly("look")) {
            var ledger = new PostgresLedger(session);
            var id = only(ledger.idsLike(begin), begin);
            var file = ledger.file(id)
                    .orElseThrow(() -> Problem.of(
                                    "file-not-kept",
                                    "The ledger has not kept the file of run %s.".formatted(id),
                                    "Name the move file instead of the id.")
                            .asException());
            var spec = MoveFile.parse(file.text(), layers).at(target);
            requireAllUsed();
            return new MoveAccess(spec, Path.of(file.folder()), environment).of(id);
        }
    }

    private static UUID only(List<UUID> ids, String begin) {
        if (ids.size() == 1) {
            return ids.getFirst();
        }
        throw (ids.isEmpty()
                        ? Problem.of(
                                "no-run",
                                "The target's ledger has no run %s.".formatted(begin),
                                "Look whether it is that target's; a run that was rolled back is forgotten.")
                        : Problem.of(
                                        "run-ambiguous",
                                        "Several runs begin with %s.".formatted(begin),
                                        "Write the whole id.")
                                .withObjects(ids.stream().map(UUID::toString).toList()))
                .asException();
    }
}
