package godwit.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One benchmark. */
interface Bench {
    String name();

    /** Programs of others that it needs. */
    List<String> programs();

    /** Measures; the result's keys are the parts, in their order. */
    Map<String, Comparison> run(Setting setting);

    /**
     * What all benchmarks of a run share.
     *
     * @param runs how often each side is measured
     * @param scale 1 for the sizes that the promises name
     * @param jobs how many things either side does at once
     * @param folder for files, removed afterwards
     */
    record Setting(Servers servers, Programs programs, int runs, double scale, int jobs, Path folder) {}
}
