package godwit.postgres.catalog;

import godwit.schema.Literal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads aggregates: plain, ordered-set and hypothetical-set ones. */
final class AggregateReader implements KindReader {
    private static final String AGGREGATES = """
            SELECT p.oid, quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS name,
                   n.nspname || '.' || p.proname AS plain, pg_get_userbyid(p.proowner) AS owner,
                   CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END AS arguments,
                   oidvectortypes(p.proargtypes) AS types, p.proparallel AS parallel,
                   a.aggkind AS kind, a.aggtransfn::regproc::text AS sfunc,
                   format_type(a.aggtranstype, NULL) AS stype, a.aggtransspace AS sspace,
                   nullif(a.aggfinalfn::regproc::text, '-') AS finalfunc, a.aggfinalextra AS "finalExtra",
                   a.aggfinalmodify AS "finalModify", nullif(a.aggcombinefn::regproc::text, '-') AS combinefunc,
                   nullif(a.aggserialfn::regproc::text, '-') AS serialfunc,
                   nullif(a.aggdeserialfn::regproc::text, '-') AS deserialfunc, a.agginitval AS initcond,
                   nullif(a.aggmtransfn::regproc::text, '-') AS msfunc,
                   nullif(a.aggminvtransfn::regproc::text, '-') AS minvfunc,
                   CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END AS mstype,
                   a.aggmtransspace AS msspace, nullif(a.aggmfinalfn::regproc::text, '-') AS mfinalfunc,
                   a.aggmfinalextra AS "movingExtra", a.aggmfinalmodify AS "movingModify", a.aggminitval AS minitcond,
                   (SELECT 'OPERATOR(' || quote_ident(s.nspname) || '.' || o.oprname || ')'
                    FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
                    WHERE o.oid = a.aggsortop) AS sortop
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
            WHERE %s
            ORDER BY n.nspname, p.proname, p.oid
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(AGGREGATES, row -> aggregate(catalog, row));
    }

    private static Draft aggregate(Catalog catalog, Row row) throws SQLException {
        var signature = row.sql("name") + "(" + row.sql("arguments") + ")";
        var object = "AGGREGATE " + signature;
        var address = new Address("pg_proc", row.number("oid"));
        var identity = row.text("plain") + "(" + row.text("arguments") + ")";
        return new Draft(address, "aggregate", identity, SchemaPhase.BEFORE_DATA)
                .create("CREATE " + object + " (" + String.join(", ", properties(row)) + ")")
                .drop("DROP AGGREGATE IF EXISTS " + signature)
                .owner(object, row.text("owner"))
                .comment(catalog, object)
                .grants(catalog, "FUNCTION " + row.sql("name") + "(" + row.sql("types") + ")");
    }

    private static List<String> properties(Row row) throws SQLException {
        var properties = new ArrayList<String>();
        for (var name : List.of(
                "sfunc",
                "stype",
                "finalfunc",
                "combinefunc",
                "serialfunc",
                "deserialfunc",
                "msfunc",
                "minvfunc",
                "mstype",
                "mfinalfunc",
                "sortop")) {
            row.sqlIfAny(name).ifPresent(value -> properties.add(name + " = " + value));
        }
        for (var name : List.of("initcond", "minitcond")) {
            row.maybe(name).ifPresent(value -> properties.add(name + " = " + new Literal(value).sql()));
        }
        for (var name : List.of("sspace", "msspace")) {
            if (row.number(name) > 0) {
                properties.add(name + " = " + row.number(name));
            }
        }
        properties.addAll(finals(row));
        return properties;
    }

    private static List<String> finals(Row row) throws SQLException {
        var properties = new ArrayList<String>();
        if (row.flag("finalExtra")) {
            properties.add("finalfunc_extra");
        }
        if (row.flag("movingExtra")) {
            properties.add("mfinalfunc_extra");
        }
        if (row.maybe("finalfunc").isPresent()) {
            properties.add("finalfunc_modify = " + modify(row.text("finalModify")));
        }
        if (row.maybe("mfinalfunc").isPresent()) {
            properties.add("mfinalfunc_modify = " + modify(row.text("movingModify")));
        }
        if (row.text("kind").equals("h")) {
            properties.add("hypothetical");
        }
        switch (row.text("parallel")) {
            case "s" -> properties.add("parallel = safe");
            case "r" -> properties.add("parallel = restricted");
            default -> {}
        }
        return properties;
    }

    private static String modify(String letter) {
        return switch (letter) {
            case "s" -> "shareable";
            case "w" -> "read_write";
            default -> "read_only";
        };
    }
}
