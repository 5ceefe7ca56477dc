package godwit.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one benchmark measured: both sides in turn, as often as each other.
 *
 * @param name the benchmark
 * @param against what Godwit is compared with
 * @param unit of both medians; when it is a time, less is better
 * @param work how much was done in each run, in the unit's numerator; 1 when the unit is a time
 * @param ours seconds of each of our runs
 * @param theirs seconds of each of the other's runs
 * @param least the ratio that is promised; 0: measured for information alone
 */
record Comparison(
        String name, String against, String unit, double work, List<Double> ours, List<Double> theirs, double least) {
    Comparison {
        ours = List.copyOf(ours);
        theirs = List.copyOf(theirs);
    }

    /** How many times as fast as the other, of the medians. */
    double ratio() {
        return median(theirs) / median(ours);
    }

    boolean isMet() {
        return ratio() >= least;
    }

    /** The part of several that shows us worst. */
    static Comparison worst(List<Comparison> parts) {
        return parts.stream()
                .min(java.util.Comparator.comparingDouble(part -> part.ratio() / part.least()))
                .orElseThrow();
    }

    static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        var middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private double figure(List<Double> seconds) {
        return unit.equals("ms") ? median(seconds) * 1000 : work / median(seconds);
    }

    String row(String part) {
        return String.format(
                Locale.ROOT,
                "%-12s %-16s %-44s %12.0f %12.0f %-8s %6.2f %6.2f  %s",
                name,
                part,
                against,
                figure(ours),
                figure(theirs),
                unit,
                ratio(),
                least,
                isMet() ? "" : "not met");
    }

    static String head() {
        return String.format(
                Locale.ROOT,
                "%-12s %-16s %-44s %12s %12s %-8s %6s %6s",
                "name",
                "part",
                "against",
                "ours",
                "theirs",
                "unit",
                "ratio",
                "least");
    }

    /** One line of JSON; the parts, if there are several, are told by their names and ratios. */
    String json(List<String> parts, List<Comparison> of) {
        var each = new StringBuilder();
        for (var i = 0; i < parts.size(); i++) {
            each.append(i == 0 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "{\"part\":\"%s\",\"ours\":%.1f,\"theirs\":%.1f,\"ratio\":%.3f,\"oursSeconds\":%s,\"theirsSeconds\":%s}",
                            parts.get(i),
                            of.get(i).figure(of.get(i).ours()),
                            of.get(i).figure(of.get(i).theirs()),
                            of.get(i).ratio(),
                            seconds(of.get(i).ours()),
                            seconds(of.get(i).theirs())));
        }
        return String.format(
                Locale.ROOT,
                "{\"name\":\"%s\",\"against\":\"%s\",\"runs\":%d,\"ours\":%.1f,\"theirs\":%.1f,\"ratio\":%.3f,\"unit\":\"%s\",\"least\":%.2f,\"parts\":[%s]}",
                name,
                against,
                ours.size(),
                figure(ours),
                figure(theirs),
                ratio(),
                unit,
                least,
                each);
    }

    private static String seconds(List<Double> values) {
        return values.stream()
                .map(value -> String.format(Locale.ROOT, "%.3f", value))
                .collect(Collectors.joining(",", "[", "]"));
    }
}
