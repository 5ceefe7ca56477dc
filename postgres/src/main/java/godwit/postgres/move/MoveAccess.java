package godwit.postgres.move;

import godwit.Problem;
import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.postgres.ledger.Holder;
import godwit.postgres.ledger.Lease;
import godwit.postgres.ledger.PostgresLedger;
import godwit.postgres.ledger.RunFile;
import godwit.run.Run;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Opens what the verbs of a move need: its ledger, its lease, and its steps. */
public final class MoveAccess {
    private final MoveSpec spec;
    private final Path folder;
    private final Addresses addresses;
    private final Optional<UUID> run;
    private final Optional<RunFile> file;

    /** @param folder the folder of the move file, where hooks run and relative paths begin */
    public MoveAccess(MoveSpec spec, Path folder, Map<String, String> environment) {
        this(spec, folder, new Addresses(folder, environment), Optional.empty(), Optional.empty());
    }

    private MoveAccess(MoveSpec spec, Path folder, Addresses addresses, Optional<UUID> run, Optional<RunFile> file) {
        this.spec = spec;
        this.folder = folder;
        this.addresses = addresses;
        this.run = run;
        this.file = file;
    }

    /** The same for one run, whatever became of others of its name. */
    public MoveAccess of(UUID id) {
        return new MoveAccess(spec, folder, addresses, Optional.of(id), file);
    }

    /** The same with the file that it was read from, which the ledger is to keep. */
    public MoveAccess with(RunFile read) {
        return new MoveAccess(spec, folder, addresses, run, Optional.of(read));
    }

    public MoveSpec spec() {
        return spec;
    }

    /** Reads both URLs once, so that a missing variable or a malformed URL is found without a database. */
    public void requireAddresses() {
        Objects.requireNonNull(addresses.read(spec.source()));
        Objects.requireNonNull(addresses.read(spec.target()));
    }

    /** The run that is meant: the one that was named, else the one of the file's name. */
    public Optional<Run> find(PostgresLedger ledger) {
        return run.isPresent() ? ledger.find(run.get()) : ledger.find(spec.name());
    }

    /** Refuses to go on with the one run that was named when it has ended. */
    public void requireNotOver(Optional<Run> found) {
        if (run.isPresent() && found.filter(r -> !r.phase().isOver()).isEmpty()) {
            throw Problem.of("run-over", "That run has ended.", "Begin a new one with the move file.")
                    .asException();
        }
    }

    public Database source() {
        return new Database(() -> addresses.read(spec.source()), spec.conduct().transport());
    }

    public Database target() {
        return new Database(() -> addresses.read(spec.target()), spec.conduct().transport());
    }

    /** The ledger, through a session of its own that the caller closes. */
    public PostgresLedger ledger(Session session) {
        return new PostgresLedger(session);
    }

    /**
     * Whether the session got the run's lease; it holds it until it is closed.
     *
     * @param doing the verb that it is needed for
     */
    public boolean tryLease(Session session, Run leased, String doing) {
        if (!Lease.tryTake(session, leased.id())) {
            return false;
        }
        file.ifPresent(read -> ledger(session).keep(leased.id(), read));
        Lease.sign(
                session,
                leased.id(),
                Holder.signing(host(), ProcessHandle.current().pid(), doing));
        return true;
    }

    /** The kernel knows it at once; a resolver may be slow. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException noLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "unknown";
            }
        }
    }

    /** The worker that holds the lease, if there is one. */
    public Optional<Holder> worker(Session session, Run leased) {
        return Lease.holder(session, leased.id());
    }

    /** What can be seen of both sides of a run. */
    public List<SideView> look(UUID id) {
        try (var context = context(id)) {
            var look = new SideLook(context);
            return List.of(look.at(Side.SOURCE), look.at(Side.TARGET));
        }
    }

    /**
     * Whether all that a run's streams follow is still taken by what the file says now; false when nothing is followed
     * yet.
     */
    public boolean takesAllThatMoves(UUID id) {
        try (var context = context(id)) {
            return new Followed(context).areTaken();
        }
    }

    /** How both sides stand to a run that nobody follows: a moment is spent on measuring. */
    public Unattended unattended(UUID id) {
        try (var context = context(id)) {
            return Unattended.measure(context);
        }
    }

    /** The steps of a run, over sessions of their own. */
    public PostgresMove steps(UUID id) {
        return new PostgresMove(context(id), folder);
    }

    /** Whether the source still has the gate or the slot of a run, which a rollback takes away before the ledger. */
    public boolean isOnSource(UUID id) {
        try (var context = context(id);
                var session = context.look(Side.SOURCE)) {
            return context.gate(Side.SOURCE).epoch(session).isPresent()
                    || session.is(
                            "SELECT count(*) > 0 FROM pg_replication_slots WHERE slot_name = ?",
                            context.streamName(Side.SOURCE));
        }
    }

    /**
     * Looks after the log that the servers keep for a run which nobody can follow now, as far as they answer.
     *
     * @throws godwit.GodwitException {@code log-kept-too-large}, {@code slot-lost}
     */
    public void requireRoom(UUID id) {
        try (var context = context(id)) {
            new KeptLog(context).requireRoom(() -> {});
        }
    }

    /** Whether the source has the gate of a run, whichever. */
    public boolean hasGateOnSource() {
        try (var session = source().openBriefly("look")) {
            return session.is("SELECT count(*) > 0 FROM pg_catalog.pg_class c"
                    + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname = 'godwit' AND c.relkind = 'S' AND c.relname ~ '^epoch_'");
        }
    }

    private MoveContext context(UUID id) {
        return new MoveContext(id, spec, source(), target());
    }
}
