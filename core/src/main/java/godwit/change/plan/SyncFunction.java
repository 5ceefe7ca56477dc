package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The trigger's function that keeps both versions of a table's rows in step.
 *
 * <p>On INSERT the marker tells exactly who wrote: it is set by the new version's view and by nothing else. Rows of which
 * both versions' values are given, as by whoever applies or restores, are kept. On UPDATE the side that has changed leads;
 * where both have, both are kept. A column that is no version's own but follows from others does so as long as it holds
 * what follows from them.
 */
final class SyncFunction {
    /** The column that the new version's view fills, and that is never stored. */
    static final Identifier MARKER = new Identifier("_godwit_via");

    private final Sync.Part part;
    private final List<Chain> chains;
    private final Values values;

    SyncFunction(Sync.Part part, Evolution evolution, List<Chain> chains) {
        this.part = part;
        this.chains = chains;
        this.values = new Values(evolution, chains);
    }

    /** The statement that makes it. */
    String create(String name, List<Identifier> path) {
        var lookedUp = path.stream().map(Identifier::sql).collect(Collectors.joining(", "));
        return "CREATE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog"
                + (lookedUp.isEmpty() ? "" : ", " + lookedUp) + ", pg_temp AS "
                + new Literal(body()).sql();
    }

    private String body() {
        return """
                #variable_conflict use_column
                DECLARE
                  _godwit_new boolean;
                %s
                BEGIN
                  IF TG_OP = 'INSERT' THEN
                    _godwit_new := new.%s IS NOT NULL;
                %s    IF _godwit_new THEN
                %s    ELSE
                      NULL;
                %s    END IF;
                    RETURN new;
                  END IF;
                %s  RETURN new;
                END""".formatted(declarations(), MARKER.sql(), marked(), ofNew(), ofOld(), updates());
    }

    /** Whoever comes behind has to know it too. */
    private String marked() {
        return part == Sync.Part.FIRST ? "" : "    new.%s := NULL;\n".formatted(MARKER.sql());
    }

    private String ofNew() {
        return part == Sync.Part.LAST ? "      NULL;\n" + ledByTriggers() : downs();
    }

    private String ofOld() {
        return part == Sync.Part.FIRST ? "" : ups();
    }

    /** What people's triggers have made of the old version's values that a row of the new one has leads from there. */
    private String ledByTriggers() {
        return IntStream.range(0, chains.size())
                .mapToObj(i -> "      " + ledByTriggers(chains.get(i), i))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** Where neither value follows from the other. */
    private String ledByTriggers(Chain chain, int i) {
        if (!chain.isTwofold() || !chain.isFilled() || isIdentity(chain)) {
            return "";
        }
        var blue = chain.blue().orElseThrow();
        var green = chain.green().orElseThrow();
        var first = Chains.from(chain.derivations().getFirst()).orElseThrow();
        var down = values.down(first, "new", led(i));
        if (down.isEmpty()) {
            return "";
        }
        return down.get()
                + "IF record_image_ne(row(new.%s), row(%s)) THEN "
                        .formatted(blue.name().sql(), led(i))
                + values.up(green.slot(), "new", was(i))
                + "IF record_image_ne(row(new.%s), row(%s)) THEN new.%1$s := %2$s; END IF; END IF;"
                        .formatted(green.physical().sql(), was(i));
    }

    private static String led(int chain) {
        return new Identifier("_godwit_led_" + chain).sql();
    }

    private String declarations() {
        var all = new ArrayList<String>(values.declarations());
        for (var i = 0; i < chains.size(); i++) {
            all.add(changed("blue", i) + " boolean;");
            all.add(changed("green", i) + " boolean;");
            if (chains.get(i).green().isPresent()) {
                all.add(was(i) + " " + chains.get(i).green().get().type() + ";");
            }
            if (part == Sync.Part.LAST && chains.get(i).blue().isPresent()) {
                all.add(led(i) + " " + chains.get(i).blue().get().type() + ";");
            }
        }
        return all.stream().map(line -> "  " + line).collect(Collectors.joining("\n"));
    }

    private static String changed(String side, int chain) {
        return new Identifier("_godwit_" + side + "_" + chain).sql();
    }

    private static String was(int chain) {
        return new Identifier("_godwit_was_" + chain).sql();
    }

    /** For a row that the new version wrote, the last operation first. */
    private String downs() {
        return "      NULL;\n"
                + Stream.concat(
                                chains.stream().filter(SyncFunction::isIdentity).map(this::identity),
                                chains.reversed().stream()
                                        .filter(chain -> !isIdentity(chain))
                                        .flatMap(chain -> down(chain).stream()))
                        .map(line -> "      " + line + "\n")
                        .collect(Collectors.joining());
    }

    private static boolean isIdentity(Chain chain) {
        return chain.isTwofold() && chain.blue().orElseThrow().filledBy() == CatalogColumn.FilledBy.IDENTITY;
    }

    /** The server has given the old column its number; the new one has another only where the client gave it. */
    private String identity(Chain chain) {
        var green = chain.green().orElseThrow();
        var column = "new." + green.physical().sql();
        return "IF %s IS NOT DISTINCT FROM NULL THEN %sELSE %sEND IF; "
                .formatted(
                        column,
                        values.up(green.slot(), "new", column),
                        down(chain).orElseThrow());
    }

    private Optional<String> down(Chain chain) {
        return chain.blue().flatMap(blue -> {
            var slot = Chains.from(chain.derivations().getFirst()).orElseThrow();
            return values.down(slot, "new", "new." + blue.name().sql());
        });
    }

    /** For a row that the old version wrote. */
    private String ups() {
        var lines = new StringBuilder();
        for (var chain : chains) {
            if (chain.isFilled()) {
                var green = chain.green().orElseThrow();
                var column = "new." + green.physical().sql();
                lines.append("      IF %s IS NOT DISTINCT FROM NULL THEN %sEND IF;\n"
                        .formatted(column, values.up(green.slot(), "new", column)));
            }
        }
        return lines.toString();
    }

    private String updates() {
        var lines = new StringBuilder();
        for (var i = 0; i < chains.size(); i++) {
            lines.append(noted(chains.get(i), i));
        }
        if (part != Sync.Part.LAST) {
            for (var i = chains.size() - 1; i >= 0; i--) {
                var chain = chains.get(i);
                if (chain.isTwofold()) {
                    lines.append("  IF %s AND NOT %s THEN %sEND IF;\n"
                            .formatted(
                                    changed("green", i),
                                    changed("blue", i),
                                    down(chain).orElse("NULL; ")));
                }
            }
        }
        if (part != Sync.Part.FIRST) {
            for (var i = 0; i < chains.size(); i++) {
                lines.append(followed(chains.get(i), i));
            }
        }
        return lines.toString();
    }

    private static String noted(Chain chain, int i) {
        return "  %s := %s;\n  %s := %s;\n"
                .formatted(
                        changed("blue", i),
                        chain.blue().map(blue -> changed(blue.name())).orElse("false"),
                        changed("green", i),
                        chain.green().map(green -> changed(green.physical())).orElse("false"));
    }

    private static String changed(Identifier column) {
        return "record_image_ne(row(new.%s), row(old.%s))".formatted(column.sql(), column.sql());
    }

    private String followed(Chain chain, int i) {
        if (!chain.isFilled()) {
            return "";
        }
        var green = chain.green().orElseThrow();
        var up = values.up(green.slot(), "new", "new." + green.physical().sql());
        var lines = new StringBuilder();
        if (chain.isTwofold()) {
            lines.append("  IF %s AND NOT %s THEN %sEND IF;\n".formatted(changed("blue", i), changed("green", i), up));
            if (part == Sync.Part.LAST) {
                lines.append("  IF %s THEN %s NULL; END IF;\n".formatted(changed("green", i), ledByTriggers(chain, i)));
            }
        }
        var others = values.followed(chain);
        if (!others.isEmpty()) {
            lines.append("  IF NOT %s AND NOT %s AND (%s) THEN\n"
                    .formatted(
                            changed("blue", i),
                            changed("green", i),
                            others.stream().map(SyncFunction::changed).collect(Collectors.joining(" OR "))));
            lines.append("    %s\n".formatted(values.up(green.slot(), "old", was(i))));
            lines.append("    IF record_image_eq(row(old.%s), row(%s)) THEN %sEND IF;\n  END IF;\n"
                    .formatted(green.physical().sql(), was(i), up));
        }
        return lines.toString();
    }
}
