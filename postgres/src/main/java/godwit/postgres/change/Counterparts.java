package godwit.postgres.change;

import godwit.Problem;
import godwit.change.plan.Counterpart;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether the tables of a change have what they had when it began, and nothing since that it has no counterpart for. */
final class Counterparts {
    private static final String MADE = """
            SELECT 'COLUMN', attname::text FROM pg_catalog.pg_attribute
              WHERE attrelid = ?::pg_catalog.regclass AND NOT attisdropped AND attname ~ '^_godwit_'
            UNION ALL SELECT 'INDEX', x.relname::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
              WHERE i.indrelid = ?::pg_catalog.regclass AND i.indisvalid
            UNION ALL SELECT 'CONSTRAINT', conname::text FROM pg_catalog.pg_constraint
              WHERE conrelid = ?::pg_catalog.regclass
            UNION ALL SELECT 'TRIGGER', tgname::text FROM pg_catalog.pg_trigger
              WHERE tgrelid = ?::pg_catalog.regclass AND tgname ~ '^[!~]godwit_'""";

    private static final Pattern STANDS_FOR = Pattern.compile("_godwit_(index|constraint)_.*");

    private final Session session;

    Counterparts(Session session) {
        this.session = session;
    }

    private record Thing(Counterpart.Kind kind, Identifier name) {}

    /** @throws godwit.GodwitException changed-since-start */
    void require(List<Counterpart> all) {
        var tables = all.stream().map(Counterpart::table).collect(Collectors.toCollection(LinkedHashSet::new));
        for (var table : tables) {
            require(
                    table,
                    all.stream().filter(each -> each.table().equals(table)).toList());
        }
    }

    private void require(TableName table, List<Counterpart> wanted) {
        var name = table.sql();
        var made = session.query(
                MADE,
                row -> new Thing(Counterpart.Kind.valueOf(row.getString(1)), new Identifier(row.getString(2))),
                name,
                name,
                name,
                name);
        wanted.stream()
                .filter(each -> !made.contains(new Thing(each.kind(), each.made())))
                .findFirst()
                .ifPresent(each -> {
                    if (each.kind() == Counterpart.Kind.TRIGGER) {
                        throw since(
                                table,
                                "%s has got a trigger that sees rows before they are written, or lost one of Godwit's, since the change began."
                                        .formatted(table.plain()),
                                "Take the trigger away and add it again when the change is complete, or roll the change back and start again.");
                    }
                    throw each.isNew()
                            ? since(
                                    table,
                                    "The %s %s of %s, which the change has made, has gone since."
                                            .formatted(
                                                    each.kind().name().toLowerCase(Locale.ROOT),
                                                    each.made().name(),
                                                    table.plain()),
                                    "Make it again as godwit plan has it, or roll the change back and start again.")
                            : since(
                                    table,
                                    "The %s %s of %s has no counterpart in the new version: it, or what it stands on, came after the change began."
                                            .formatted(
                                                    each.kind().name().toLowerCase(Locale.ROOT),
                                                    each.original().name(),
                                                    table.plain()),
                                    "Drop what came and add it again when the change is complete, or roll the change back and start again.");
                });
        var known =
                wanted.stream().map(each -> new Thing(each.kind(), each.made())).toList();
        made.stream()
                .filter(each -> !known.contains(each)
                        && STANDS_FOR.matcher(each.name().name()).matches())
                .findFirst()
                .ifPresent(each -> {
                    throw since(
                            table,
                            "The %s %s stands for something of %s that has gone since the change began."
                                    .formatted(
                                            each.kind().name().toLowerCase(Locale.ROOT),
                                            each.name().name(),
                                            table.plain()),
                            "Make that again and drop it when the change is complete, or roll the change back and start again.");
                });
    }

    private static RuntimeException since(TableName table, String message, String hint) {
        return Problem.of("changed-since-start", message, hint)
                .withObjects(List.of(table.plain()))
                .asException();
    }
}
