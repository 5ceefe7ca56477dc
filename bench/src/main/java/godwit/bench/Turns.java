package godwit.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Measures several things in turn, each of them as often as the others first. */
final class Turns {
    private Turns() {}

    /**
     * Measures each so many times.
     *
     * @param measured what is measured: the number of the run in, seconds out
     * @return the seconds of each, in the order in which they were given
     */
    static List<List<Double>> take(int runs, IntToDoubleFunction... measured) {
        var all = Arrays.stream(measured)
                .map(any -> (List<Double>) new ArrayList<Double>())
                .toList();
        IntStream.range(0, runs)
                .forEach(run -> IntStream.range(0, measured.length)
                        .map(place -> (run + place) % measured.length)
                        .forEach(which -> all.get(which).add(measured[which].applyAsDouble(run))));
        return all;
    }
}
