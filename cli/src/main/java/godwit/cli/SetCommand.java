package godwit.cli;

import godwit.Problem;
import godwit.file.MoveFile;
import godwit.move.LiveSetting;
import godwit.move.Tuning;
import godwit.postgres.move.MoveAccess;
import godwit.run.Verb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit set}: changes limits while a run goes on; they hold until they are set again, over any restart. */
@Command(name = "set", description = "Change limits while the run goes on; KEY= takes one back.")
final class SetCommand extends AskCommand {
    @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY=VALUE", description = "Which limits, and to what.")
    Map<String, String> wanted = new LinkedHashMap<>();

    private final Map<String, String> wishes = new LinkedHashMap<>();

    @Override
    Verb verb() {
        return Verb.SET;
    }

    @Override
    void requireUsage() {
        for (var wish : wanted.entrySet()) {
            var setting = LiveSetting.named(wish.getKey());
            if (setting.isPresent()) {
                wishes.put(setting.get().path(), checked(setting.get(), wish.getValue()));
            } else if (!MoveFile.isSetting(wish.getKey())) {
                throw unknown(wish.getKey());
            }
        }
    }

    private static String checked(LiveSetting setting, String value) {
        return value.isEmpty() ? "" : String.valueOf(Tuning.number(setting, value));
    }

    private static RuntimeException unknown(String key) {
        return Problem.of(
                        "setting-unknown",
                        "There is no setting %s.".formatted(key),
                        "These can be set: " + String.join(", ", Tuning.paths()) + ".")
                .withObjects(List.of(key))
                .asException();
    }

    @Override
    void requirePossible(MoveAccess access) {
        for (var key : wanted.keySet()) {
            if (LiveSetting.named(key).isEmpty()) {
                throw Problem.of(
                                "setting-fixed",
                                "%s holds from a start on and cannot change while the run goes on.".formatted(key),
                                "Change it in the file and start again, or set one of these: "
                                        + String.join(", ", Tuning.paths()) + ".")
                        .withObjects(List.of(key))
                        .asException();
            }
        }
    }

    @Override
    Map<String, String> options() {
        return wishes;
    }
}
