package godwit.change.plan;

import godwit.schema.Identifier;
import java.util.List;
import java.util.Optional;

/**
 * The tables of the schema that a migration is for.
 *
 * @param tables ordinary and partitioned, without partitions, sorted by name
 * @param foreignKeys from or to these tables, sorted by table and name
 * @param version the version that is in use beside the tables themselves, if there is one
 * @param path where names in people's SQL are looked for, behind pg_catalog
 */
public record Catalog(
        Identifier schema,
        List<CatalogTable> tables,
        List<ForeignKey> foreignKeys,
        Optional<Version> version,
        List<Identifier> path) {
    public Catalog {
        tables = List.copyOf(tables);
        foreignKeys = List.copyOf(foreignKeys);
        path = List.copyOf(path);
    }

    Optional<CatalogTable> table(Identifier name) {
        return tables.stream().filter(t -> t.name().name().equals(name)).findFirst();
    }

    /**
     * A version of the schema.
     *
     * @param schema where its views are
     * @param views their names
     */
    public record Version(Identifier schema, List<Identifier> views) {
        public Version {
            views = List.copyOf(views);
        }
    }
}
