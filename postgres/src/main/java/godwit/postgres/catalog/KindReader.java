package godwit.postgres.catalog;

import java.sql.SQLException;
import java.util.List;

/** Reads all objects of some kinds from a catalog. */
interface KindReader {
    List<Draft> read(Catalog catalog) throws SQLException;
}
