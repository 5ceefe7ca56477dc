package godwit.bench;

import godwit.embedded.EmbeddedPostgres;
import java.util.ArrayList;
import java.util.List;

/** The practical limit: binary COPY from psql to psql, two halves of each table at once, and the indexes afterwards. */
final class PsqlPipes implements CopyBench.Peer {
    @Override
    public String benchmark() {
        return "copy-limit";
    }

    @Override
    public String against() {
        return "two psql COPY pipes, CREATE INDEX";
    }

    @Override
    public double least() {
        return 0.9;
    }

    @Override
    public List<String> programs() {
        return List.of("psql", "pg_dump", "pg_restore", "vacuumdb");
    }

    @Override
    public void copy(Bench.Setting setting, String database) {
        var source = setting.servers().source();
        var from = source.url(database);
        var to = setting.servers().target().url(database);
        var dump = setting.folder().resolve("schema.dump").toString();
        setting.programs().run(List.of(Programs.path("pg_dump"), "-Fc", "-s", "-f", dump, from));
        restore(setting, "pre-data", dump, to);
        var halves = List.of(new ArrayList<String>(), new ArrayList<String>());
        for (var table : tables(source, database)) {
            halves.get(0).add(pipe(from, to, table, "ctid < '(" + middle(source, database, table) + ",0)'"));
            halves.get(1).add(pipe(from, to, table, "ctid >= '(" + middle(source, database, table) + ",0)'"));
        }
        setting.programs()
                .shellsAtOnce(
                        halves.stream().map(lines -> String.join(" && ", lines)).toList());
        restore(setting, "post-data", dump, to);
        PgcopydbClone.analyze(setting, database);
    }

    private static void restore(Bench.Setting setting, String section, String dump, String to) {
        var jobs = Integer.toString(setting.jobs());
        setting.programs().run(List.of(Programs.path("pg_restore"), "--section", section, "-j", jobs, "-d", to, dump));
    }

    private static List<String> tables(EmbeddedPostgres source, String database) {
        var names = Servers.text(
                source,
                database,
                "SELECT string_agg(relname, ' ' ORDER BY relpages DESC) FROM pg_class WHERE relkind = 'r'"
                        + " AND relnamespace = 'public'::regnamespace");
        return List.of(names.split(" "));
    }

    private static String middle(EmbeddedPostgres source, String database, String table) {
        return Servers.text(
                source,
                database,
                "SELECT relpages / 2 FROM pg_class WHERE oid = 'public.%s'::regclass".formatted(table));
    }

    private static String pipe(String from, String to, String table, String half) {
        return "%1$s -Xq -d '%2$s' -c \"COPY (SELECT * FROM public.%4$s WHERE %5$s) TO STDOUT (FORMAT binary)\" | %1$s -Xq -d '%3$s' -c \"COPY public.%4$s FROM STDIN (FORMAT binary)\""
                .formatted(Programs.path("psql"), from, to, table, half);
    }
}
