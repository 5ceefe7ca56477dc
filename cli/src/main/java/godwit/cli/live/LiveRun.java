package godwit.cli.live;

import godwit.GodwitException;
import godwit.postgres.Session;
import godwit.postgres.move.MoveAccess;
import godwit.run.Run;
import godwit.traffic.Writes;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads again and again how a run stands, through one session that is opened anew when it breaks. */
public final class LiveRun implements Supplier<Optional<Standing>>, AutoCloseable {
    private final MoveAccess access;
    private final Function<Run, Writes> writes;
    private @Nullable Session session;
    private boolean answers;

    /** @param writes asked, each time, which side takes the writes */
    public LiveRun(MoveAccess access, Function<Run, Writes> writes) {
        this.access = access;
        this.writes = writes;
    }

    /** How the run stands; empty while there is none, and while the target does not answer. */
    @Override
    public Optional<Standing> get() {
        try {
            if (session == null) {
                session = access.target().openBriefly("status");
            }
            var looking = session;
            var run = access.find(access.ledger(looking));
            var standing =
                    run.map(found -> Look.at(access, looking, found, writes).standing());
            answers = true;
            return standing;
        } catch (GodwitException unanswered) {
            close();
            session = null;
            answers = false;
            return Optional.empty();
        }
    }

    /** Whether the target answered when it was asked last. */
    public boolean answers() {
        return answers;
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
