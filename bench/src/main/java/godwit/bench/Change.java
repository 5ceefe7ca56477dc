package godwit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A change of a schema as people run it: the launcher and a migration file, on the source server. */
final class Change {
    private final Bench.Setting setting;
    private final String database;
    private final Path file;

    /** @param operations as a migration file has them */
    Change(Bench.Setting setting, String database, String operations) {
        this.setting = setting;
        this.database = database;
        this.file = setting.folder().resolve("02_change.yaml");
        try {
            Files.writeString(file, "operations:\n" + operations);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void verb(String verb, String... options) {
        setting.programs().await(begin(verb, options), List.of(verb));
    }

    /** Runs it beside what else is done. */
    Process begin(String verb, String... options) {
        var command = new ArrayList<String>();
        command.add(Move.launcher());
        command.add(verb);
        command.add(file.toString());
        command.addAll(List.of(options));
        return setting.programs()
                .start(
                        command,
                        Map.of(
                                "GODWIT_DATABASE", setting.servers().source().url(database),
                                "GODWIT_STATE",
                                        setting.folder().resolve("state").toString()));
    }

    /** From the step before the backfill until its end, as the ledger has it. */
    double backfillSeconds() {
        return Double.parseDouble(Servers.text(setting.servers().source(), database, """
                SELECT extract(epoch FROM max(b.done_at) - max(a.done_at)) FROM godwit.change_step b
                JOIN godwit.change_step a ON a.run = b.run AND a.part = b.part AND a.number = b.number - 1
                WHERE b.part = 'start' AND b.name LIKE 'backfill%'"""));
    }
}
