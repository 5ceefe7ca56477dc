package godwit.postgres.catalog;

import godwit.postgres.catalog.SchemaSelection.Blocking;
import godwit.postgres.catalog.UncarriedReader.Uncarried;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The drafts that go along: without what is excluded or of no carried kind, and all that stands on that. */
final class CarriedDrafts {
    private final Dependencies dependencies;
    private final Map<Address, Set<Address>> recorded;
    private final Map<Address, Draft> carried = new LinkedHashMap<>();
    private final Map<Address, String> absent = new HashMap<>();
    private final Set<Address> gone = new HashSet<>();
    private final Set<Address> needed = new HashSet<>();
    private final SchemaSelection selection;
    private final List<SchemaFinding> findings = new ArrayList<>();

    CarriedDrafts(
            List<Draft> drafts,
            List<Uncarried> uncarried,
            List<Uncarried> labels,
            Dependencies dependencies,
            SchemaSelection selection) {
        this.dependencies = dependencies;
        this.recorded = dependencies.visibleNeeds();
        this.selection = selection;
        uncarried.forEach(object -> absent.put(object.address(), object.description()));
        drafts.forEach(this::sort);
        findNeeded();
        uncarried.forEach(this::tell);
        labels.forEach(this::tell);
        leaveOutDependents();
        unknown(drafts, uncarried, labels);
    }

    private void sort(Draft draft) {
        if (dependencies.isMember(draft.address())) {
            gone.add(draft.address());
        } else if (draft.isTable() && !selection.table().test(draft.table().orElseThrow())) {
            gone.add(draft.address());
            absent.put(draft.address(), draft.described());
        } else if (isLeft(draft)) {
            gone.add(draft.address());
            absent.put(draft.address(), draft.described());
            findings.add(SchemaFinding.notice(
                    "object-left",
                    draft.described() + " stays behind, because the file leaves it",
                    "Make it on the target by hand where it is needed.",
                    draft.described()));
        } else {
            carried.put(draft.address(), draft);
        }
    }

    /** A table has rows, so it stays behind by being excluded and in no other way. */
    private boolean isLeft(Draft draft) {
        return !draft.isTable() && selection.leave().contains(draft.described());
    }

    /** What the selected tables, and what is theirs, stand on, themselves included. */
    private void findNeeded() {
        var open = new ArrayDeque<Address>();
        for (var draft : carried.values()) {
            var holder = draft.holder().map(carried::get);
            if (draft.isTable() || holder.filter(Draft::isTable).isPresent()) {
                open.add(draft.address());
            }
        }
        for (var next = open.poll(); next != null; next = open.poll()) {
            if (needed.add(next)) {
                var draft = carried.get(next);
                open.addAll(draft == null ? recorded.getOrDefault(next, Set.of()) : addresses(draft));
            }
        }
    }

    private void tell(Uncarried object) {
        var left = selection.leave().contains(object.description());
        findings.add(object.finding(!left && blocks(object.address())));
    }

    private boolean blocks(Address address) {
        return switch (selection.blocking()) {
            case ALL -> true;
            case NEEDED -> needed.contains(address);
            case NONE -> false;
        };
    }

    /** Whether anything may keep the move from beginning. */
    boolean anyBlocks() {
        return selection.blocking() != Blocking.NONE;
    }

    private void unknown(List<Draft> drafts, List<Uncarried> uncarried, List<Uncarried> labels) {
        var known = new HashSet<String>();
        drafts.stream().filter(draft -> !draft.isTable()).forEach(draft -> known.add(draft.described()));
        uncarried.forEach(object -> known.add(object.description()));
        labels.forEach(object -> known.add(object.description()));
        for (var name : selection.leave()) {
            if (!known.contains(name)) {
                findings.add(SchemaFinding.blocking(
                        "leave-unknown",
                        "The file leaves " + name + ", which the source does not have",
                        "Name it as check and plan do; a table stays behind by exclude.",
                        name));
            }
        }
    }

    List<Draft> drafts() {
        return List.copyOf(carried.values());
    }

    List<SchemaFinding> findings() {
        return findings;
    }

    /** The carried objects that a draft stands on. */
    List<Draft> needs(Draft draft) {
        return present(addresses(draft));
    }

    /** The carried objects that a draft's empty form stands on. */
    List<Draft> needsOfShape(Draft draft) {
        return present(dependencies.needsOfShape(draft.address()));
    }

    private List<Draft> present(Set<Address> addresses) {
        return addresses.stream().filter(carried::containsKey).map(carried::get).toList();
    }

    private Set<Address> addresses(Draft draft) {
        var addresses = new HashSet<>(recorded.getOrDefault(draft.address(), Set.of()));
        draft.needs().forEach(needed -> addresses.add(dependencies.visible(needed)));
        addresses.remove(draft.address());
        return addresses;
    }

    private void leaveOutDependents() {
        var before = -1;
        while (before != carried.size()) {
            before = carried.size();
            for (var draft : drafts()) {
                leaveOutIfDependent(draft);
            }
        }
    }

    /** Parts go silently with their table; but what stands on a sequence of it elsewhere has to be told. */
    private void leaveOutIfDependent(Draft draft) {
        if (draft.holder().filter(gone::contains).isPresent()) {
            carried.remove(draft.address());
            if (draft.described().startsWith("sequence")) {
                absent.put(draft.address(), draft.described());
            }
            return;
        }
        var missing = addresses(draft).stream()
                .filter(absent::containsKey)
                .map(absent::get)
                .sorted()
                .findFirst();
        missing.ifPresent(object -> {
            carried.remove(draft.address());
            gone.add(draft.address());
            absent.put(draft.address(), draft.described());
            findings.add(new SchemaFinding(
                    "depends-on-not-carried",
                    draft.described() + " needs " + object + ", which is not carried",
                    draft.isTable()
                            ? "Let the move include what it needs, or exclude the table."
                            : "Let the move include what it needs, or name it under leave to go without it.",
                    draft.described(),
                    blocks(draft.address())));
        });
    }
}
