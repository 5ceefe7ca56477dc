package godwit.postgres.catalog;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The comments on all objects of a database. */
final class Comments {
    private static final String COMMENTS = """
            SELECT classoid::regclass::text AS catalog, objoid AS oid, objsubid AS part, description AS comment
            FROM pg_catalog.pg_description
            WHERE objoid >= 16384 OR objoid = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public')
            """;

    private record Subject(Address address, long part) {}

    private record Comment(Subject subject, String text) {}

    private final Map<Subject, String> texts;

    private Comments(Map<Subject, String> texts) {
        this.texts = texts;
    }

    static Comments read(CatalogSession session) throws SQLException {
        var read = session.list(COMMENTS, Comments::comment);
        return new Comments(read.stream().collect(Collectors.toMap(Comment::subject, Comment::text)));
    }

    /** The comment on an object, or on one of its columns when the part is not 0. */
    Optional<String> on(Address address, long part) {
        return Optional.ofNullable(texts.get(new Subject(address, part)));
    }

    private static Comment comment(Row row) throws SQLException {
        var address = new Address(row.text("catalog"), row.number("oid"));
        return new Comment(new Subject(address, row.number("part")), row.text("comment"));
    }
}
