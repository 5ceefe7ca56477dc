package godwit.change.plan;

import godwit.Problem;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * What statements did on a database of the same shape that nobody uses.
 *
 * @param lock the strongest that they took on what was there before; {@link Lock#UNKNOWN} without a forecast
 * @param locked the tables of people's that they locked against readers or writers
 * @param rewritten the tables that they wrote anew
 * @param changes what they made of the catalog: {@code + table public.made}
 * @param missing why there is none, as a finding
 */
public record Forecast(
        Lock lock, List<TableName> locked, List<TableName> rewritten, List<String> changes, Optional<Problem> missing) {
    public Forecast {
        locked = List.copyOf(locked);
        rewritten = List.copyOf(rewritten);
        changes = List.copyOf(changes);
    }

    /** @param why as a finding */
    public static Forecast missing(Problem why) {
        return new Forecast(Lock.UNKNOWN, List.of(), List.of(), List.of(), Optional.of(why));
    }

    /** Of statements that have been run already. */
    public static Forecast ofTheRun() {
        return new Forecast(Lock.UNKNOWN, List.of(), List.of(), List.of(), Optional.empty());
    }
}
