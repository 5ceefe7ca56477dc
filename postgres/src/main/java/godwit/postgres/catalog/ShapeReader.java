package godwit.postgres.catalog;

import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.List;

/** Reads the shape of what a move takes: its tables with all that is theirs, and what belongs to no table. */
public final class ShapeReader {
    private static final char BETWEEN = 31;

    private final String[] taken;
    private final String[] leftOut;

    public ShapeReader(TableSelection tables) {
        this.taken = names(tables.include());
        this.leftOut = names(tables.exclude());
    }

    private static String[] names(List<TableName> tables) {
        return tables.stream()
                .map(table -> table.schema().name() + BETWEEN + table.name().name())
                .toArray(String[]::new);
    }

    public Shape read(Session session) {
        return Shape.of(session.query(
                ShapeSql.LINES,
                row -> new Shape.Described(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                taken,
                taken,
                leftOut));
    }

    /** One hash of the shape: cheap enough to be asked for while writers wait. */
    public String digest(Session session) {
        return session.text(ShapeSql.DIGEST, taken, taken, leftOut);
    }
}
