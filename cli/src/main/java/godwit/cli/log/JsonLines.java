package godwit.cli.log;

import godwit.GodwitException;
import godwit.file.Json;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes each entry of a log as one line of JSON.
 *
 * <p>Messages are Godwit's own. Of what was thrown only types, codes and places are told: others' messages may quote
 * rows.
 */
final class JsonLines extends Formatter {
    private static final int CAUSES_MAX = 5;
    private static final int FRAMES_MAX = 20;

    @Override
    public String format(LogRecord entry) {
        var line = new LinkedHashMap<String, Object>();
        line.put("at", entry.getInstant().toString());
        line.put("level", entry.getLevel().getName());
        line.put("logger", String.valueOf(entry.getLoggerName()));
        line.put("thread", entry.getLongThreadID());
        line.put("message", formatMessage(entry));
        var causes = causes(entry.getThrown());
        if (!causes.isEmpty()) {
            line.put("thrown", causes);
        }
        return Json.write(line) + "\n";
    }

    private static List<Map<String, Object>> causes(@Nullable Throwable thrown) {
        var all = new ArrayList<Map<String, Object>>();
        for (var cause = thrown; cause != null && all.size() < CAUSES_MAX; cause = cause.getCause()) {
            all.add(told(cause));
        }
        return all;
    }

    private static Map<String, Object> told(Throwable cause) {
        var told = new LinkedHashMap<String, Object>();
        told.put("type", cause.getClass().getName());
        if (cause instanceof GodwitException known) {
            told.put("problem", known.problem());
        }
        if (cause instanceof SQLException sql) {
            told.put("sqlState", String.valueOf(sql.getSQLState()));
        }
        var frames = cause.getStackTrace();
        told.put(
                "at",
                List.of(frames).stream()
                        .limit(FRAMES_MAX)
                        .map(StackTraceElement::toString)
                        .toList());
        return told;
    }
}
