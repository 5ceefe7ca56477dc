package godwit.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Turns the current row of a result into a value. */
@FunctionalInterface
public interface Row<T> {
    T read(ResultSet row) throws SQLException;
}
