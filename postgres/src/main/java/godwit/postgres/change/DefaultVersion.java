package godwit.postgres.change;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** Which version sessions get that begin from now on: the default path of the database, or of roles in it. */
final class DefaultVersion {
    private static final String NOW = """
            SELECT (SELECT substr(c, 13) FROM pg_catalog.unnest(s.setconfig) AS c WHERE c LIKE 'search_path=%')
            FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
            WHERE d.datname = current_database() AND s.setrole = coalesce((SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ?), 0)""";

    private static final String USUAL = "\"$user\", public";

    /** Whose default it is where it is no role's. */
    private static final String DATABASE = "";

    private final Session session;
    private final UUID run;

    DefaultVersion(Session session, UUID run) {
        this.session = session;
        this.run = run;
    }

    /** @throws godwit.GodwitException no-such-role */
    void require(List<Identifier> roles) {
        for (var role : roles) {
            if (!session.is("SELECT count(*) > 0 FROM pg_catalog.pg_roles WHERE rolname = ?", role.name())) {
                throw Problem.of(
                                "no-such-role",
                                "There is no role %s.".formatted(role.name()),
                                "Name a role that applications log in as.")
                        .withObjects(List.of(role.name()))
                        .asException();
            }
        }
    }

    /**
     * Puts a version in front of what there was, which is kept; where it is in front already, nothing happens.
     *
     * @param roles those that get it; none for the database as a whole
     * @param others the schemas of other versions, which the path loses
     */
    void set(Identifier version, List<Identifier> roles, List<Identifier> others) {
        var whose = roles.isEmpty()
                ? List.of(DATABASE)
                : roles.stream().map(Identifier::name).toList();
        for (var each : whose) {
            session.transaction(s -> {
                var kept = kept(s);
                if (!kept.containsKey(each)) {
                    var before = s.text(NOW, each);
                    kept.put(each, before);
                    new ChangeLedger(s).keepDefaults(run, kept);
                    s.execute(alter(each) + " SET search_path = " + version.sql() + ", " + behind(before, others));
                }
                return true;
            });
        }
    }

    private static SqlText behind(String before, List<Identifier> others) {
        var rest = before;
        for (var other : others) {
            rest = rest.replaceAll("(^|, )\"?" + Pattern.quote(other.name()) + "\"?(?=,|$)", "");
        }
        rest = rest.replaceFirst("^, ", "");
        return new SqlText(rest.isEmpty() ? USUAL : rest);
    }

    /** Brings back what there was, wherever something was put before it. */
    void reset() {
        session.transaction(s -> {
            var kept = kept(s);
            kept.forEach((whose, before) -> s.execute(alter(whose)
                    + (before.isEmpty() ? " RESET search_path" : " SET search_path = " + new SqlText(before))));
            if (!kept.isEmpty()) {
                new ChangeLedger(s).keepDefaults(run, Map.of());
            }
            return true;
        });
    }

    /** What roles, and the database, had before, as SET has it; empty text for nothing. */
    private Map<String, String> kept(Session within) {
        return new LinkedHashMap<>(new ChangeLedger(within).defaults(run));
    }

    private String alter(String whose) {
        var database = new Identifier(session.text("SELECT current_database()")).sql();
        return whose.equals(DATABASE)
                ? "ALTER DATABASE " + database
                : "ALTER ROLE " + new Identifier(whose).sql() + " IN DATABASE " + database;
    }
}
