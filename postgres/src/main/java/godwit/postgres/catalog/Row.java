package godwit.postgres.catalog;

import godwit.schema.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** One row of a query on the catalog, its values by the names of their columns. */
final class Row {
    private final ResultSet result;

    Row(ResultSet result) {
        this.result = result;
    }

    /** A value that the query never gives as NULL. */
    String text(String column) throws SQLException {
        return maybe(column).orElseThrow(() -> new IllegalStateException("the catalog has no value for " + column));
    }

    Optional<String> maybe(String column) throws SQLException {
        return Optional.ofNullable(result.getString(column));
    }

    /** The value, or nothing when it is NULL or empty. */
    Optional<String> filled(String column) throws SQLException {
        return maybe(column).filter(value -> !value.isEmpty());
    }

    boolean flag(String column) throws SQLException {
        return result.getBoolean(column);
    }

    long number(String column) throws SQLException {
        return result.getLong(column);
    }

    /** The elements of a text array; none when it is NULL. */
    List<String> list(String column) throws SQLException {
        var array = result.getArray(column);
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    /**
     * A piece of SQL that the server wrote itself, with {@code pg_get_…def}, {@code format_type}, {@code regproc},
     * {@code quote_ident} and the like, or a word of its grammar: the one text of a catalog that may become SQL as it is.
     */
    String sql(String column) throws SQLException {
        return text(column);
    }

    /** The same, or nothing when it is NULL or empty. */
    Optional<String> sqlIfAny(String column) throws SQLException {
        return maybe(column).filter(value -> !value.isEmpty());
    }

    /** The same, as the elements of a text array. */
    List<String> sqlList(String column) throws SQLException {
        return list(column);
    }

    /** The name made of the columns {@code schema} and {@code name}. */
    TableName name() throws SQLException {
        return TableName.of(text("schema"), text("name"));
    }
}
