package godwit.postgres.change;

import godwit.postgres.change.RandomTable.Column;
import godwit.postgres.change.RandomTable.Kind;
import godwit.schema.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Operations made up over a table, each said twice: in a migration, and as what people would run under a lock. */
final class RandomOperations {
    private static final Map<Kind, Kind> WIDER =
            Map.of(Kind.INT, Kind.BIGINT, Kind.TEXT, Kind.VARCHAR, Kind.VARCHAR, Kind.TEXT, Kind.NUMERIC, Kind.WIDE);

    private final RandomTable table;
    private final Random random;
    private final StringBuilder yaml = new StringBuilder("operations:\n");
    private final List<String> blunt = new ArrayList<>();
    private int made;
    private boolean isRetyped;

    RandomOperations(RandomTable table, int count) {
        this.table = table;
        this.random = table.random;
        var kinds = List.<Supplier<Boolean>>of(
                this::retype,
                this::retype,
                this::setNotNull,
                this::setNotNull,
                this::dropNotNull,
                this::setDefault,
                this::comment,
                this::renameColumn,
                this::renameColumn,
                this::addColumn,
                this::addFilledColumn,
                this::dropColumn,
                this::createIndex,
                this::dropIndex,
                this::check,
                this::dropCheck,
                this::renameCheck,
                this::retypeKey,
                this::unique,
                this::replicaIdentity);
        if (table.hasTrigger) {
            // It is about what clients write, not about a column that is being filled.
            blunt.add("ALTER TABLE " + t() + " DISABLE TRIGGER unboss");
        }
        for (var done = 0; done < count; ) {
            done += table.any(kinds).get() ? 1 : 0;
        }
        if (random.nextInt(3) == 0) {
            operation("rename_table", "from", q(table.name), "to", q("T two"));
            blunt.add("ALTER TABLE " + t() + " RENAME TO \"T two\"");
            table.name = "T two";
        }
        if (table.hasTrigger) {
            blunt.add("ALTER TABLE " + t() + " ENABLE TRIGGER unboss");
            // A session keeps plans of it for the types that columns had.
            blunt.add("ALTER FUNCTION unboss() COST 100");
        }
    }

    String migration() {
        return yaml.toString();
    }

    List<String> blunt() {
        return List.copyOf(blunt);
    }

    private static String q(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private String t() {
        return "public." + new Identifier(table.name).sql();
    }

    private void operation(String word, String... fields) {
        yaml.append("  - ").append(word).append(": {");
        for (var i = 0; i < fields.length; i += 2) {
            yaml.append(i == 0 ? "" : ", ").append(fields[i]).append(": ").append(fields[i + 1]);
        }
        yaml.append("}\n");
    }

    private void alter(Column column, String... fields) {
        operation(
                "alter_column",
                Stream.concat(Stream.of("table", q(table.name), "column", q(column.name)), Stream.of(fields))
                        .toArray(String[]::new));
    }

    private Optional<Column> one(Predicate<Column> which) {
        var all = table.columns.stream().filter(which).toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(table.any(all));
    }

    private boolean with(Optional<Column> column, Consumer<Column> work) {
        column.ifPresent(work);
        return column.isPresent();
    }

    private void blunt(Column column, String what) {
        blunt.add("ALTER TABLE " + t() + " ALTER COLUMN " + column.sql() + " " + what);
    }

    private boolean retype() {
        // A text's default would read '…'::text in the one and '…'::character varying in the other.
        return with(one(c -> WIDER.containsKey(c.kind) && !(c.hasDefault && c.kind.isText())), c -> {
            var before = c.kind.type();
            c.kind = Objects.requireNonNull(WIDER.get(c.kind));
            alter(c, "type", q(c.kind.type()), "up", q(c.sql()), "down", q(c.sql() + "::" + before));
            blunt(c, "TYPE " + c.kind.type());
        });
    }

    private boolean retypeKey() {
        if (isRetyped || table.hasWideKey) {
            return false;
        }
        isRetyped = true;
        operation(
                "alter_column",
                "table",
                q(table.name),
                "column",
                "id",
                "type",
                "bigint",
                "up",
                "id",
                "down",
                "'id::int'");
        blunt.add("ALTER TABLE kid DROP CONSTRAINT kid_t_fkey; ALTER TABLE " + t() + " DROP CONSTRAINT bossed;"
                + " ALTER TABLE " + t()
                + " ALTER id TYPE bigint, ALTER boss TYPE bigint;"
                + " ALTER TABLE kid ALTER t TYPE bigint; ALTER TABLE kid ADD FOREIGN KEY (t) REFERENCES " + t()
                + " ON DELETE CASCADE; ALTER TABLE " + t() + " ADD CONSTRAINT bossed FOREIGN KEY (boss) REFERENCES "
                + t()
                + " ON DELETE SET NULL");
        return true;
    }

    private boolean setNotNull() {
        return with(one(c -> !c.notNull), c -> {
            var filled = "coalesce(%s, %s)".formatted(c.sql(), c.kind.literal(random));
            alter(c, "nullable", "false", "up", q(filled), "down", q(c.sql()));
            blunt.add("UPDATE %s SET %s = %s WHERE %2$s IS NULL".formatted(t(), c.sql(), filled));
            blunt(c, "SET NOT NULL");
            c.notNull = true;
        });
    }

    private boolean dropNotNull() {
        return with(one(c -> c.notNull), c -> {
            alter(c, "nullable", "true", "down", q("coalesce(%s, %s)".formatted(c.sql(), c.kind.literal(random))));
            blunt(c, "DROP NOT NULL");
            c.notNull = false;
        });
    }

    private boolean setDefault() {
        return with(one(c -> true), c -> {
            var value = c.kind.literal(random);
            alter(c, "default", q(value));
            blunt(c, "SET DEFAULT " + value);
            c.hasDefault = true;
        });
    }

    private boolean comment() {
        return with(one(c -> true), c -> {
            alter(c, "comment", "\"it's new\"");
            blunt.add("COMMENT ON COLUMN " + t() + "." + c.sql() + " IS 'it''s new'");
        });
    }

    private boolean renameColumn() {
        return with(one(c -> true), c -> {
            var name = "renamed " + made++;
            operation("rename_column", "table", q(table.name), "from", q(c.name), "to", q(name));
            blunt.add("ALTER TABLE " + t() + " RENAME COLUMN " + c.sql() + " TO " + new Identifier(name).sql());
            c.name = name;
        });
    }

    private boolean addColumn() {
        var c = new Column("added " + made++, table.anyKind(), random.nextBoolean(), true);
        var value = c.kind.literal(random);
        operation(
                "add_column",
                "table",
                q(table.name),
                "column",
                "{name: %s, type: %s, nullable: %s, default: %s}"
                        .formatted(q(c.name), q(c.kind.type()), !c.notNull, q(value)));
        blunt.add("ALTER TABLE %s ADD COLUMN %s %s DEFAULT %s %s"
                .formatted(t(), c.sql(), c.kind.type(), value, c.notNull ? "NOT NULL" : ""));
        table.columns.add(c);
        return true;
    }

    private boolean addFilledColumn() {
        return with(one(c -> true), of -> {
            var c = new Column("filled " + made++, Kind.TEXT, random.nextBoolean(), false);
            of.feeds = true;
            var up = "coalesce(%s::text, 'none')".formatted(of.sql());
            operation(
                    "add_column",
                    "table",
                    q(table.name),
                    "column",
                    "{name: %s, type: text, nullable: %s}".formatted(q(c.name), !c.notNull),
                    "up",
                    q(up));
            blunt.add("ALTER TABLE %s ADD COLUMN %s text".formatted(t(), c.sql()));
            blunt.add("UPDATE %s SET %s = %s".formatted(t(), c.sql(), up));
            if (c.notNull) {
                blunt(c, "SET NOT NULL");
            }
            table.columns.add(c);
        });
    }

    private boolean dropColumn() {
        return table.columns.size() > 2
                && with(one(c -> true), c -> {
                    operation(
                            "drop_column",
                            "table",
                            q(table.name),
                            "column",
                            q(c.name),
                            "down",
                            q(c.kind.literal(random)));
                    blunt.add("ALTER TABLE " + t() + " DROP COLUMN " + c.sql());
                    table.columns.remove(c);
                    table.checks.values().remove(c);
                    // Which indexes went with it nobody has written down.
                    table.indexes.clear();
                });
    }

    private boolean createIndex() {
        return with(one(c -> true), c -> {
            var name = "new_" + made++;
            operation(
                    "create_index",
                    "name",
                    name,
                    "table",
                    q(table.name),
                    "columns",
                    "[%s]".formatted(q(c.name)),
                    "predicate",
                    q("boss IS NOT NULL"));
            blunt.add("CREATE INDEX %s ON %s (%s) WHERE boss IS NOT NULL".formatted(name, t(), c.sql()));
        });
    }

    private boolean dropIndex() {
        if (table.indexes.isEmpty()) {
            return false;
        }
        var index = table.indexes.removeLast();
        operation("drop_index", "name", index);
        blunt.add("DROP INDEX public." + index);
        return true;
    }

    private boolean check() {
        return with(one(c -> true), c -> {
            var name = "check_" + made++;
            var same = "{%s: %s}".formatted(q(c.name), q(c.sql()));
            operation(
                    "create_constraint",
                    "name",
                    name,
                    "table",
                    q(table.name),
                    "type",
                    "check",
                    "columns",
                    "[%s]".formatted(q(c.name)),
                    "check",
                    q(RandomTable.holding(c)),
                    "up",
                    same,
                    "down",
                    same);
            blunt.add("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s)".formatted(t(), name, RandomTable.holding(c)));
            table.checks.put(name, c);
        });
    }

    private boolean unique() {
        return with(one(c -> c.kind != Kind.JSON), c -> {
            var name = "unique_" + made++;
            var same = "{id: id, %s: %s}".formatted(q(c.name), q(c.sql()));
            operation(
                    "create_constraint",
                    "name",
                    name,
                    "table",
                    q(table.name),
                    "type",
                    "unique",
                    "columns",
                    "[id, %s]".formatted(q(c.name)),
                    "up",
                    same,
                    "down",
                    same);
            blunt.add("ALTER TABLE %s ADD CONSTRAINT %s UNIQUE (id, %s)".formatted(t(), name, c.sql()));
        });
    }

    private boolean dropCheck() {
        return table.checks.keySet().stream()
                .sorted()
                .findFirst()
                .map(name -> {
                    var c = Objects.requireNonNull(table.checks.remove(name));
                    operation(
                            "drop_multicolumn_constraint",
                            "name",
                            name,
                            "table",
                            q(table.name),
                            "down",
                            "{%s: %s}".formatted(q(c.name), q(c.sql())));
                    blunt.add("ALTER TABLE " + t() + " DROP CONSTRAINT " + name);
                    return true;
                })
                .orElse(false);
    }

    private boolean renameCheck() {
        return table.checks.keySet().stream()
                .sorted()
                .findFirst()
                .map(name -> {
                    var other = "named_" + made++;
                    operation("rename_constraint", "table", q(table.name), "from", name, "to", other);
                    blunt.add("ALTER TABLE " + t() + " RENAME CONSTRAINT " + name + " TO " + other);
                    table.checks.put(other, Objects.requireNonNull(table.checks.remove(name)));
                    return true;
                })
                .orElse(false);
    }

    private boolean replicaIdentity() {
        operation("set_replica_identity", "table", q(table.name), "identity", "{type: full}");
        blunt.add("ALTER TABLE " + t() + " REPLICA IDENTITY FULL");
        return true;
    }
}
