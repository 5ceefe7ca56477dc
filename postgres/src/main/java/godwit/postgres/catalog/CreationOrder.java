package godwit.postgres.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * An order in which each object comes after all that it needs, and otherwise as the objects were given.
 *
 * <p>Where objects need each other, one of them first comes in an empty form (as pg_dump does with views).
 */
final class CreationOrder {
    /** One step: an object made whole, or only its empty form. */
    record Step(Draft draft, boolean stub) {}

    private final Map<Step, Set<Step>> waiting = new LinkedHashMap<>();
    private final Map<Step, Set<Step>> users = new HashMap<>();
    private final Map<Step, Integer> ranks = new HashMap<>();
    private final TreeSet<Step> ready;
    private final Map<Step, Set<Step>> needs = new HashMap<>();
    private final Function<Draft, Collection<Draft>> shape;
    private final List<Draft> unbroken = new ArrayList<>();

    /** The needs of drafts and of their empty forms must be among the drafts. */
    CreationOrder(List<Draft> drafts, Function<Draft, Collection<Draft>> needs, Function<Draft, Collection<Draft>> shape) {
        this.shape = shape;
        this.ready = new TreeSet<>(Comparator.comparing(ranks::get));
        drafts.forEach(draft -> rank(whole(draft)));
        drafts.forEach(draft -> wait(whole(draft), needs.apply(draft)));
    }

    /** All steps in order; to be asked once. */
    List<Step> steps() {
        waiting.forEach((step, missing) -> {
            if (missing.isEmpty()) {
                ready.add(step);
            }
        });
        var done = new ArrayList<Step>();
        while (!waiting.isEmpty()) {
            if (ready.isEmpty()) {
                breakCycle();
            }
            var next = ready.pollFirst();
            if (next != null) {
                done.add(next);
                finish(next);
            }
        }
        return done;
    }

    /** What a step stands on, as the order took it. */
    Set<Step> needs(Step step) {
        return needs.getOrDefault(step, Set.of());
    }

    /** The objects that came although something that they need comes later. */
    List<Draft> unbroken() {
        return unbroken;
    }

    private void wait(Step step, Collection<Draft> drafts) {
        waiting.put(step, new HashSet<>());
        drafts.forEach(draft -> wait(step, whole(draft)));
    }

    private void wait(Step step, Step needed) {
        needs.computeIfAbsent(step, key -> new HashSet<>()).add(needed);
        Objects.requireNonNull(waiting.get(step)).add(needed);
        users.computeIfAbsent(needed, key -> new HashSet<>()).add(step);
    }

    private void stopWaiting(Step step, Step needed) {
        needs.getOrDefault(step, Set.of()).remove(needed);
        var missing = waiting.get(step);
        if (missing != null && missing.remove(needed) && missing.isEmpty()) {
            ready.add(step);
        }
    }

    private void finish(Step step) {
        waiting.remove(step);
        for (var user : users.getOrDefault(step, Set.of())) {
            var missing = waiting.get(user);
            if (missing != null && missing.remove(step) && missing.isEmpty()) {
                ready.add(user);
            }
        }
    }

    private void breakCycle() {
        var cycle = cycle();
        var broken = cycle.stream()
                .filter(step -> !step.stub() && step.draft().hasStub() && !ranks.containsKey(stub(step.draft())))
                .min(Comparator.comparing((Step step) -> !step.draft().described().startsWith("view"))
                        .thenComparing(ranks::get));
        broken.ifPresentOrElse(step -> replace(step, cycle), () -> giveUp(cycle));
    }

    /** The step's user in the cycle gets along with the empty form, which the step itself then completes. */
    private void replace(Step step, List<Step> cycle) {
        var stub = stub(step.draft());
        rank(stub);
        wait(stub, shape.apply(step.draft()).stream()
                .filter(draft -> waiting.containsKey(whole(draft)))
                .toList());
        if (Objects.requireNonNull(waiting.get(stub)).isEmpty()) {
            ready.add(stub);
        }
        wait(step, stub);
        var user = cycle.get((cycle.indexOf(step) + cycle.size() - 1) % cycle.size());
        wait(user, stub);
        stopWaiting(user, step);
    }

    private void giveUp(List<Step> cycle) {
        var first = cycle.stream().min(Comparator.comparing(ranks::get)).orElseThrow();
        unbroken.add(first.draft());
        stopWaiting(first, cycle.get((cycle.indexOf(first) + 1) % cycle.size()));
    }

    /** Steps each of which waits for the next one, and the last for the first. */
    private List<Step> cycle() {
        var path = new ArrayList<Step>();
        var step = waiting.keySet().iterator().next();
        while (!path.contains(step)) {
            path.add(step);
            step = Objects.requireNonNull(waiting.get(step)).stream().min(Comparator.comparing(ranks::get)).orElseThrow();
        }
        return List.copyOf(path.subList(path.indexOf(step), path.size()));
    }

    private void rank(Step step) {
        ranks.put(step, ranks.size());
    }

    private static Step whole(Draft draft) {
        return new Step(draft, false);
    }

    private static Step stub(Draft draft) {
        return new Step(draft, true);
    }
}
