package godwit.postgres.catalog;

import godwit.postgres.catalog.UncarriedReader.Uncarried;
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
    private final List<SchemaFinding> findings = new ArrayList<>();

    CarriedDrafts(List<Draft> drafts, List<Uncarried> uncarried, Dependencies dependencies, SchemaSelection selection) {
        this.dependencies = dependencies;
        this.recorded = dependencies.visibleNeeds();
        uncarried.forEach(object -> absent.put(object.address(), object.description()));
        for (var draft : drafts) {
            if (dependencies.isMember(draft.address())) {
                gone.add(draft.address());
            } else if (draft.isTable() && !selection.table().test(draft.table().orElseThrow())) {
                gone.add(draft.address());
                absent.put(draft.address(), draft.described());
            } else {
                carried.put(draft.address(), draft);
            }
        }
        leaveOutDependents();
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
        var missing = addresses(draft).stream().filter(absent::containsKey).map(absent::get).sorted().findFirst();
        missing.ifPresent(object -> {
            carried.remove(draft.address());
            gone.add(draft.address());
            absent.put(draft.address(), draft.described());
            findings.add(new SchemaFinding(
                    "depends-on-not-carried",
                    draft.described() + " needs " + object + ", which is not carried",
                    "Let the move include what it needs, or drop it from the source.",
                    draft.described()));
        });
    }
}
