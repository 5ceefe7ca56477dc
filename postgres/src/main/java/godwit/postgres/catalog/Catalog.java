package godwit.postgres.catalog;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What the readers of all kinds of objects share: the session, and what can be said of any object. */
record Catalog(CatalogSession session, Comments comments, Privileges privileges) {
    /** The condition by which a schema is a user's, for the alias {@code n} of its catalog. */
    static final String USERS_SCHEMA =
            " n.nspname NOT IN ('information_schema', 'godwit') AND n.nspname !~ '^pg_' ";

    static Catalog of(CatalogSession session) throws SQLException {
        return new Catalog(session, Comments.read(session), Privileges.read(session));
    }

    <T> List<T> list(String sql, CatalogSession.Reading<T> reading) throws SQLException {
        return session.list(sql, reading);
    }

    /** The expression when the server knows it, which it does from the version on, else a NULL of type text. */
    String since(int version, String expression) throws SQLException {
        return session.version() >= version ? expression : "NULL::text";
    }

    Optional<String> comment(Address address) {
        return comments.on(address, 0);
    }
}
