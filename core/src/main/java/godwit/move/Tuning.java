package godwit.move;

import godwit.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The values of all settings that can change while a move runs. */
public record Tuning(Map<LiveSetting, Long> values) {
    public static final Tuning DEFAULT = new Tuning(Map.of());

    public Tuning {
        var all = new EnumMap<LiveSetting, Long>(LiveSetting.class);
        for (var setting : LiveSetting.values()) {
            var value = values.getOrDefault(setting, setting.standard());
            require(setting, value);
            all.put(setting, value);
        }
        values = Map.copyOf(all);
    }

    public long of(LiveSetting setting) {
        return values.getOrDefault(setting, setting.standard());
    }

    /** The same with one value changed. */
    public Tuning with(LiveSetting setting, long value) {
        var changed = new EnumMap<>(values);
        changed.put(setting, value);
        return new Tuning(changed);
    }

    /** The same with the values that people set, by the settings' paths; paths that are not known are passed over. */
    public Tuning with(Map<String, String> set) {
        var changed = this;
        for (var entry : set.entrySet()) {
            var setting = LiveSetting.named(entry.getKey());
            if (setting.isPresent()) {
                changed = changed.with(setting.get(), number(setting.get(), entry.getValue()));
            }
        }
        return changed;
    }

    /** Reads a value as people write it. */
    public static long number(LiveSetting setting, String text) {
        try {
            var number = Long.parseLong(text.strip().replace("_", ""));
            require(setting, number);
            return number;
        } catch (NumberFormatException e) {
            throw Problem.of("wrong-type", "%s must be a whole number.".formatted(setting.path()), "Write digits only.")
                    .withObjects(List.of(setting.path()))
                    .asException(e);
        }
    }

    private static void require(LiveSetting setting, long number) {
        if (number < setting.least() || number > setting.most()) {
            throw Problem.of(
                            "value-out-of-range",
                            "%s is %d, but must be from %d to %d."
                                    .formatted(setting.path(), number, setting.least(), setting.most()),
                            "Choose a value in this range.")
                    .withObjects(List.of(setting.path()))
                    .asException();
        }
    }

    /** The paths of all settings that can change, for hints. */
    public static List<String> paths() {
        return new ArrayList<>(Arrays.stream(LiveSetting.values())
                .map(LiveSetting::path)
                .sorted()
                .toList());
    }
}
