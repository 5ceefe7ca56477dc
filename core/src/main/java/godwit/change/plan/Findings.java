package godwit.change.plan;

import godwit.Problem;
import java.util.ArrayList;
import java.util.List;

/** What a plan's steps do not say and people should know before they begin. */
final class Findings {
    private final Draft draft;
    private final List<Changed> changed;
    private final Analyst analyst;

    Findings(Draft draft, List<Changed> changed, Analyst analyst) {
        this.draft = draft;
        this.changed = changed;
        this.analyst = analyst;
    }

    /** @param start the steps until both versions work */
    List<Problem> of(List<Step> start) {
        var all = new ArrayList<Problem>();
        for (var of : changed) {
            of.chains().stream()
                    .filter(chain -> chain.green().isEmpty())
                    .flatMap(chain -> chain.blue().stream())
                    .map(blue -> of.name().plain() + "." + blue.name().name())
                    .forEach(column -> all.add(dropped("column", column)));
        }
        for (var of : changed) {
            var keeping = of.isKeptInStep() ? analyst.keepingPlans(of.table()) : List.<String>of();
            if (!keeping.isEmpty()) {
                all.add(keeping(of.name().plain(), keeping));
            }
            if (of.chains().stream().anyMatch(Chain::isFilled)) {
                filled(of, all);
            }
        }
        draft.effects().stream()
                .filter(Effects.DroppedTable.class::isInstance)
                .map(Effects.DroppedTable.class::cast)
                .forEach(effect -> all.add(dropped("table", effect.name().plain())));
        draft.effects().stream()
                .filter(Effects.Statements.class::isInstance)
                .map(effect -> ((Effects.Statements) effect).forecast())
                .forEach(forecast -> {
                    forecast.missing().ifPresent(all::add);
                    forecast.rewritten().forEach(table -> all.add(rewritten(table.plain())));
                });
        if (draft.effects().stream().anyMatch(Findings::staysAfterARollback)) {
            all.add(Problem.of(
                    "sql-without-down",
                    "Statements that are run at the start have no down: a rollback leaves what they did.",
                    "Say in down what undoes them, or take that for granted."));
        }
        for (var member : draft.members().values()) {
            if (member instanceof Evolution evolution) {
                var roles = analyst.rolesOfColumns(evolution.table());
                if (!roles.isEmpty()) {
                    all.add(rights(evolution.table().name().plain(), roles));
                }
            }
        }
        if (start.stream().anyMatch(Step.Concurrently.class::isInstance)) {
            var pids = analyst.oldTransactions();
            if (!pids.isEmpty()) {
                all.add(waits(pids));
            }
        }
        return all;
    }

    private void filled(Changed of, List<Problem> all) {
        var firing = analyst.firing(of.table());
        if (!firing.isEmpty()) {
            all.add(firing(of.name().plain(), firing));
        }
        var unproven = analyst.unproven(of.table());
        if (!unproven.isEmpty()) {
            all.add(Problem.of(
                            "check-not-valid",
                            "Rows of %s that break %s, which are NOT VALID, cannot be filled."
                                    .formatted(of.name().plain(), String.join(", ", unproven)),
                            "VALIDATE them, mend the rows that break them, or drop them.")
                    .withObjects(unproven));
        }
    }

    private static Problem keeping(String table, List<String> functions) {
        return Problem.of(
                        "plans-kept",
                        "Sessions that stay connected keep plans of the functions %s, which triggers of %s call: where a column gets another type they fail with 42804 after complete."
                                .formatted(String.join(", ", functions), table),
                        "Let Godwit's role have the functions' owner, or have ALTER FUNCTION … COST … run on them, or clients connect again, then.")
                .withObjects(functions);
    }

    private static Problem firing(String table, List<String> triggers) {
        return Problem.of(
                        "triggers-fire",
                        "Filling rows of %s fires its triggers %s, as if clients had written them."
                                .formatted(table, String.join(", ", triggers)),
                        "Let Godwit's role SET session_replication_role, have the triggers ENABLE without ALWAYS, or see to"
                                + " it that they pass over sessions with godwit.backfill = 'on'.")
                .withObjects(triggers);
    }

    private static Problem rewritten(String table) {
        return Problem.of(
                        "sql-rewrites",
                        "Statements of the migration write %s anew, which nobody can use meanwhile.".formatted(table),
                        "Say it as an operation, such as alter_column, which lets clients go on.")
                .withObjects(List.of(table));
    }

    private static boolean staysAfterARollback(Effect effect) {
        return effect instanceof Effects.Statements statements
                && !statements.operation().onComplete()
                && statements.operation().down().isEmpty();
    }

    private static Problem dropped(String kind, String name) {
        return Problem.of(
                        "values-dropped",
                        "The %s %s goes with complete, and what is in it.".formatted(kind, name),
                        "Keep a copy if it is still wanted; until complete a rollback brings everything back.")
                .withObjects(List.of(name));
    }

    private static Problem rights(String table, List<String> roles) {
        return Problem.of(
                        "column-rights",
                        "%s may use only some columns of %s, and nothing of its view in the new version until complete."
                                .formatted(String.join(", ", roles), table),
                        "Let these roles stay on the old version until then, or GRANT them SELECT on the table.")
                .withObjects(roles);
    }

    private static Problem waits(List<Integer> pids) {
        return Problem.of(
                        "index-waits",
                        "An index that is built while its table is written waits for %d transactions that are older than a minute."
                                .formatted(pids.size()),
                        "End them, or wait for them.")
                .withPids(pids);
    }
}
