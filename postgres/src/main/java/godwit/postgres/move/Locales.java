package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import java.util.ArrayList;
import java.util.List;

/** How both databases write and sort text. */
final class Locales {
    private static final String ENCODING = """
            SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database
            WHERE datname = current_database()""";

    /* The names of the columns depend on the version, the words in a row as JSON do not matter where they are missing. */
    private static final String LOCALE = """
            SELECT concat_ws(', ', CASE coalesce(d ->> 'datlocprovider', 'c') WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu'
                                   ELSE 'builtin' END,
                             d ->> 'datcollate', d ->> 'datctype', coalesce(d ->> 'datlocale', d ->> 'daticulocale'))
            FROM (SELECT to_jsonb(pg_database) AS d FROM pg_catalog.pg_database
                  WHERE datname = current_database()) AS mine""";

    private static final int DATABASE_HAS_VERSION = 150000;

    private static final String DATABASE_OUTDATED = """
            SELECT 'database ' || datname FROM pg_catalog.pg_database
            WHERE datname = current_database() AND datcollversion <> pg_catalog.pg_database_collation_actual_version(oid)""";

    /* A server knows a thousand collations; the library is asked for the version of those alone that are used. */
    private static final String COLLATIONS_OUTDATED = """
            WITH used AS MATERIALIZED (
              SELECT * FROM pg_catalog.pg_collation
              WHERE oid IN (SELECT attcollation FROM pg_catalog.pg_attribute WHERE attrelid >= 16384))
            SELECT 'collation ' || collnamespace::regnamespace || '.' || quote_ident(collname) FROM used
            WHERE collversion <> pg_catalog.pg_collation_actual_version(oid)
            ORDER BY 1""";

    private final List<Finding> findings = new ArrayList<>();

    List<Finding> findings(Session source, Session target) {
        var encoding = source.text(ENCODING);
        var other = target.text(ENCODING);
        if (!encoding.equals(other)) {
            findings.add(Finding.blocking(
                    "encoding-different",
                    "The source is encoded in %s, the target in %s.".formatted(encoding, other),
                    "Create the target with the source's encoding: CREATE DATABASE … ENCODING … TEMPLATE template0.",
                    encoding,
                    other));
        }
        var here = source.text(LOCALE);
        var there = target.text(LOCALE);
        if (!here.equals(there)) {
            findings.add(Finding.warning(
                    "locale-different",
                    "The source sorts and folds text by %s, the target by %s.".formatted(here, there),
                    "Queries may give another order there; create the target with the source's locale if that matters.",
                    here,
                    there));
        }
        outdated(source, Side.SOURCE);
        outdated(target, Side.TARGET);
        return findings;
    }

    /** Indexes that were built under another version of a collation may miss rows. */
    private void outdated(Session session, Side side) {
        var outdated = new ArrayList<String>();
        if (session.number("SHOW server_version_num") >= DATABASE_HAS_VERSION) {
            outdated.addAll(session.query(DATABASE_OUTDATED, row -> row.getString(1)));
        }
        outdated.addAll(session.query(COLLATIONS_OUTDATED, row -> row.getString(1)));
        if (!outdated.isEmpty()) {
            findings.add(Finding.warning(
                    "collation-version-different",
                    "Collations of the %s changed their version under its indexes, which may miss rows since."
                            .formatted(side.word()),
                    "REINDEX there, then ALTER DATABASE or ALTER COLLATION … REFRESH VERSION.",
                    outdated.toArray(String[]::new)));
        }
    }
}
