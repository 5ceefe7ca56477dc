package godwit.file;

import godwit.move.Conduct;
import godwit.move.Conduct.LargeObjectChoice;
import godwit.move.Conduct.Mode;
import godwit.move.Conduct.SchemaOrigin;
import godwit.move.Conduct.Transport;
import godwit.move.LiveSetting;
import godwit.move.MoveLimits;
import godwit.move.Tuning;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads from a move file how the move goes about its work. */
final class ConductReader {
    private static final List<String> SECTIONS = List.of("throttle", "apply");

    private final Nodes file;

    ConductReader(Nodes file) {
        this.file = file;
    }

    Conduct read(MoveLimits limits) {
        var modes = Arrays.stream(Mode.values()).map(Mode::word).toList();
        var origins =
                Arrays.stream(SchemaOrigin.values()).map(SchemaOrigin::word).toList();
        var mode = file.choice("mode", Mode.LIVE.word(), modes);
        var schema = file.choice("schema", SchemaOrigin.CREATE.word(), origins);
        var choices = Arrays.stream(LargeObjectChoice.values())
                .map(LargeObjectChoice::word)
                .toList();
        return new Conduct(
                Mode.of(mode),
                SchemaOrigin.of(schema),
                file.isTrue("insecure") ? Transport.INSECURE : Transport.PROTECTED,
                LargeObjectChoice.of(file.choice("largeObjects", LargeObjectChoice.CARRY.word(), choices)),
                tuning(limits),
                file.texts("leave"));
    }

    private Tuning tuning(MoveLimits limits) {
        var tuning = Tuning.DEFAULT.with(LiveSetting.COPY_WORKERS, limits.copyWorkers());
        for (var section : SECTIONS) {
            var nodes = file.section(section, keys(section));
            for (var setting : LiveSetting.values()) {
                if (setting.section().equals(section)) {
                    var value = nodes.number(setting.key(), setting.standard(), setting.least(), setting.most());
                    tuning = tuning.with(setting, value);
                }
            }
        }
        return tuning;
    }

    private static Set<String> keys(String section) {
        return Arrays.stream(LiveSetting.values())
                .filter(setting -> setting.section().equals(section))
                .map(LiveSetting::key)
                .collect(Collectors.toSet());
    }
}
