package godwit.bench;

import java.sql.SQLException;
import java.util.List;

/**
 * A backfill in the shape of pgroll's (0.16): a column that says which rows want filling, a trigger that fills them, and batches
 * of a thousand rows behind the last key, each selected, locked and updated in one statement, by one session.
 */
final class PgrollBatches implements BackfillBench.Peer {
    private static final List<String> EXPANDED = List.of(
            "ALTER TABLE people ADD COLUMN new_phone text, ADD COLUMN needs_backfill boolean DEFAULT true",
            """
            CREATE FUNCTION fill_phone() RETURNS trigger LANGUAGE plpgsql AS $fill$
            DECLARE phone people.phone%%TYPE := NEW.phone; path text;
            BEGIN
              SELECT current_setting INTO path FROM current_setting('search_path');
              IF path <> 'public_02_change' THEN NEW.new_phone = %s; NEW.needs_backfill = false; END IF;
              RETURN NEW;
            END $fill$""".formatted(People.UP),
            "CREATE TRIGGER fill_phone BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION fill_phone()");

    private static final String BATCH = """
            WITH batch AS (
              SELECT id FROM people WHERE needs_backfill = true AND id > ? ORDER BY id LIMIT 1000 FOR NO KEY UPDATE),
            filled AS (UPDATE people SET id = people.id FROM batch WHERE people.id = batch.id RETURNING people.id)
            SELECT max(id) FROM filled""";

    @Override
    public String benchmark() {
        return "backfill-pgroll";
    }

    @Override
    public String against() {
        return "batches in the shape of pgroll's";
    }

    @Override
    public double least() {
        return 2;
    }

    @Override
    public double fill(Bench.Setting setting) {
        People.createEmpty(setting);
        Servers.execute(setting.servers().source(), People.DATABASE, EXPANDED);
        People.fill(setting, List.of("ALTER TABLE people ENABLE TRIGGER fill_phone"));
        var seconds = Stopwatch.of(() -> walk(setting));
        BackfillBench.requireFilled(setting, "new_phone");
        return seconds;
    }

    private static void walk(Bench.Setting setting) {
        try (var connection = Servers.connect(setting.servers().source(), People.DATABASE);
                var statement = connection.prepareStatement(BATCH)) {
            var last = 0;
            for (var goesOn = true; goesOn; ) {
                statement.setInt(1, last);
                try (var result = statement.executeQuery()) {
                    result.next();
                    last = result.getInt(1);
                    goesOn = !result.wasNull();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
