package godwit.postgres.catalog;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds the objects of kinds that are not carried: they are named, and so is all that stands on them. */
final class UncarriedReader {
    /** An object of such a kind. */
    record Uncarried(Address address, String description, Optional<String> definition) {
        SchemaFinding finding(boolean blocks) {
            return new SchemaFinding(
                    "object-not-carried",
                    description + " is of a kind that is not carried"
                            + definition.map(ddl -> ": " + ddl).orElse(""),
                    "Make it on the target by hand where it is needed; name it under leave to go without it.",
                    description,
                    blocks);
        }
    }

    /** User mappings and servers are named without their options, which may hold passwords. */
    private static final String UNCARRIED = """
            WITH kind (catalog, oid, namespace) AS (
                SELECT 'pg_operator', oid, oprnamespace FROM pg_catalog.pg_operator
                UNION ALL SELECT 'pg_opclass', oid, opcnamespace FROM pg_catalog.pg_opclass
                UNION ALL SELECT 'pg_opfamily', oid, opfnamespace FROM pg_catalog.pg_opfamily
                UNION ALL SELECT 'pg_ts_parser', oid, prsnamespace FROM pg_catalog.pg_ts_parser
                UNION ALL SELECT 'pg_ts_dict', oid, dictnamespace FROM pg_catalog.pg_ts_dict
                UNION ALL SELECT 'pg_ts_template', oid, tmplnamespace FROM pg_catalog.pg_ts_template
                UNION ALL SELECT 'pg_ts_config', oid, cfgnamespace FROM pg_catalog.pg_ts_config
                UNION ALL SELECT 'pg_conversion', oid, connamespace FROM pg_catalog.pg_conversion
                UNION ALL SELECT 'pg_class', oid, relnamespace FROM pg_catalog.pg_class WHERE relkind = 'f'
                UNION ALL SELECT 'pg_type', oid, typnamespace FROM pg_catalog.pg_type t
                          WHERE (typtype = 'b' OR typtype = 'p' OR NOT typisdefined)
                            AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
                UNION ALL SELECT 'pg_type', t.oid, typnamespace FROM pg_catalog.pg_type t
                          JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid WHERE r.rngcanonical <> 0
                UNION ALL SELECT 'pg_foreign_data_wrapper', oid, NULL FROM pg_catalog.pg_foreign_data_wrapper
                UNION ALL SELECT 'pg_foreign_server', oid, NULL FROM pg_catalog.pg_foreign_server
                UNION ALL SELECT 'pg_user_mapping', umid, NULL FROM pg_catalog.pg_user_mappings
                UNION ALL SELECT 'pg_cast', oid, NULL FROM pg_catalog.pg_cast
                UNION ALL SELECT 'pg_language', oid, NULL FROM pg_catalog.pg_language
                UNION ALL SELECT 'pg_transform', oid, NULL FROM pg_catalog.pg_transform
                UNION ALL SELECT 'pg_am', oid, NULL FROM pg_catalog.pg_am
                UNION ALL SELECT 'pg_subscription', s.oid, NULL FROM pg_catalog.pg_subscription s
                          JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
                          WHERE d.datname = current_database() AND s.subname !~ '^godwit')
            SELECT k.catalog, k.oid, pg_describe_object(k.catalog::regclass, k.oid, 0) AS description, CASE k.catalog
                   WHEN 'pg_operator' THEN (
                     SELECT format('CREATE OPERATOR %I.%s (FUNCTION = %s, %sRIGHTARG = %s)', n.nspname, o.oprname,
                                   o.oprcode, 'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL) || ', ',
                                   format_type(o.oprright, NULL))
                     FROM pg_catalog.pg_operator o WHERE o.oid = k.oid)
                   WHEN 'pg_cast' THEN (
                     SELECT format('CREATE CAST (%s AS %s) ', format_type(c.castsource, NULL),
                                   format_type(c.casttarget, NULL))
                            || CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
                               WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END
                            || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT'
                               ELSE '' END
                     FROM pg_catalog.pg_cast c WHERE c.oid = k.oid)
                   WHEN 'pg_foreign_server' THEN (
                     SELECT format('CREATE SERVER %I FOREIGN DATA WRAPPER %I', s.srvname, w.fdwname)
                     FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
                     WHERE s.oid = k.oid) END AS definition
            FROM kind k LEFT JOIN pg_catalog.pg_namespace n ON n.oid = k.namespace
            WHERE k.oid >= 16384 AND (k.namespace IS NULL OR\s""" + Catalog.USERS_SCHEMA + """
            ) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = k.catalog::regclass
                              AND d.objid = k.oid AND d.deptype IN ('e', 'i'))
            ORDER BY 1, 3
            """;

    private static final String LABELS = """
            SELECT DISTINCT l.classoid::regclass::text AS catalog, l.objoid AS oid, l.provider,
                   pg_describe_object(l.classoid, l.objoid, l.objsubid) AS object
            FROM pg_catalog.pg_seclabel l ORDER BY 4, 3
            """;

    List<Uncarried> read(Catalog catalog) throws SQLException {
        return catalog.list(
                UNCARRIED,
                row -> new Uncarried(
                        new Address(row.text("catalog"), row.number("oid")),
                        row.text("description"),
                        row.maybe("definition")));
    }

    /** Labels say something of objects that go along without them. */
    List<Uncarried> labels(Catalog catalog) throws SQLException {
        return catalog.list(LABELS, row -> {
            var label = "the security label of " + row.text("provider") + " on " + row.text("object");
            return new Uncarried(new Address(row.text("catalog"), row.number("oid")), label, Optional.empty());
        });
    }
}
