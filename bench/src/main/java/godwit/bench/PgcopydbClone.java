package godwit.bench;

import java.util.List;

/** {@code pgcopydb clone}, then ANALYZE, which it only does together with VACUUM. */
final class PgcopydbClone implements CopyBench.Peer {
    @Override
    public String benchmark() {
        return "copy";
    }

    @Override
    public String against() {
        return "pgcopydb clone";
    }

    @Override
    public double least() {
        return 1.3;
    }

    @Override
    public List<String> programs() {
        return List.of("pgcopydb", "vacuumdb", "pg_dump", "pg_restore");
    }

    @Override
    public void copy(Bench.Setting setting, String database) {
        var jobs = Integer.toString(setting.jobs());
        var folder = setting.folder().resolve("pgcopydb").toString();
        setting.programs()
                .run(List.of(
                        Programs.path("pgcopydb"),
                        "clone",
                        "--source",
                        setting.servers().source().url(database),
                        "--target",
                        setting.servers().target().url(database),
                        "--table-jobs",
                        jobs,
                        "--index-jobs",
                        jobs,
                        "--skip-vacuum",
                        "--dir",
                        folder,
                        "--restart"));
        analyze(setting, database);
    }

    static void analyze(Bench.Setting setting, String database) {
        setting.programs()
                .run(List.of(
                        Programs.path("vacuumdb"),
                        "--analyze-only",
                        "-j",
                        Integer.toString(setting.jobs()),
                        "-d",
                        setting.servers().target().url(database)));
    }
}
