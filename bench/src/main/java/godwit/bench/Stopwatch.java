package godwit.bench;

/** Seconds since it was made. */
final class Stopwatch {
    private final long begun = System.nanoTime();

    double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** How long some work takes. */
    static double of(Runnable work) {
        var watch = new Stopwatch();
        work.run();
        return watch.seconds();
    }
}
