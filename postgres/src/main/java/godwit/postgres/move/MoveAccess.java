package godwit.postgres.move;

import godwit.Problem;
import godwit.move.MoveSpec;
import godwit.move.UrlReference;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.Session;
import godwit.postgres.ledger.Lease;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Opens what the verbs of a move need: its ledger, its lease, and its steps. */
public final class MoveAccess {
    private final MoveSpec spec;
    private final Path folder;
    private final Map<String, String> environment;

    /** @param folder the folder of the move file, where hooks run and relative paths begin */
    public MoveAccess(MoveSpec spec, Path folder, Map<String, String> environment) {
        this.spec = spec;
        this.folder = folder;
        this.environment = Map.copyOf(environment);
    }

    public MoveSpec spec() {
        return spec;
    }

    /** Reads both URLs once, so that a missing variable or a malformed URL is found without a database. */
    public void requireAddresses() {
        for (var reference : List.of(spec.source(), spec.target())) {
            Objects.requireNonNull(address(reference));
        }
    }

    private Endpoint address(UrlReference reference) {
        return Endpoint.parse(
                switch (reference) {
                    case UrlReference.Environment variable -> fromEnvironment(variable);
                    case UrlReference.InFile file -> fromFile(file);
                });
    }

    private String fromEnvironment(UrlReference.Environment variable) {
        var url = environment.get(variable.variable());
        if (url == null || url.isBlank()) {
            throw Problem.of(
                            "variable-missing",
                            "The environment has no variable %s.".formatted(variable.variable()),
                            "Set it to the database's postgresql:// URL.")
                    .asException();
        }
        return url;
    }

    private String fromFile(UrlReference.InFile file) {
        try {
            return Files.readAllLines(folder.resolve(file.path())).getFirst();
        } catch (IOException e) {
            throw Problem.of(
                            "file-unreadable",
                            "%s cannot be read.".formatted(file.path()),
                            "Check the path and its permissions.")
                    .asException(e);
        }
    }

    public Database source() {
        return new Database(() -> address(spec.source()));
    }

    public Database target() {
        return new Database(() -> address(spec.target()));
    }

    /** The ledger, through a session of its own that the caller closes. */
    public PostgresLedger ledger(Session session) {
        return new PostgresLedger(session);
    }

    /** Whether the session got the run's lease; it holds it until it is closed. */
    public boolean tryLease(Session session, Run run) {
        return Lease.tryTake(session, run.id());
    }

    /** The server process of the worker that holds the lease; 0 when there is none. */
    public long worker(Session session, Run run) {
        return Lease.holder(session, run.id());
    }

    /** The steps of a run, over sessions of their own. */
    public PostgresMove steps(UUID run) {
        return new PostgresMove(new MoveContext(run, spec, source(), target()), folder);
    }
}
