package godwit.cli;

import godwit.Problem;
import godwit.cli.live.Operator;
import godwit.postgres.change.ChangeConduct;
import godwit.postgres.change.ShadowServers;
import godwit.run.RealPace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a change begins: whether it is tried before, and how hard it fills the rows that are there. */
final class FillOptions {
    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Of a change: sessions that fill a table's rows at once (default: half of the processors).")
    @Nullable
    Integer workers;

    @Option(
            names = "--rows-per-second",
            paramLabel = "N",
            description = "Of a change: how many rows are filled in a second at most (default: as many as can be).")
    @Nullable
    Long rowsPerSecond;

    @Option(names = "--untried", description = "Of a change: do not carry it out on a shadow of the database first.")
    boolean untried;

    /** @throws godwit.GodwitException setting-out-of-range */
    void require() {
        if ((workers != null && (workers < 1 || workers > 64)) || (rowsPerSecond != null && rowsPerSecond < 1)) {
            throw Problem.of(
                            "setting-out-of-range",
                            "--workers is from 1 to 64, and --rows-per-second at least 1.",
                            "Leave them out for what is usual.")
                    .asException();
        }
    }

    ChangeConduct conduct(Operator operator) {
        var usual = ChangeConduct.of(operator.name(), new RealPace())
                .with(untried ? ShadowServers.NONE : new EmbeddedShadows());
        return usual.filling(
                workers == null ? usual.workers() : workers,
                rowsPerSecond == null ? usual.rowsPerSecondMax() : rowsPerSecond);
    }
}
