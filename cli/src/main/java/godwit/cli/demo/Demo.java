package godwit.cli.demo;

import java.util.Map;

/** A demonstration on servers of its own. */
public interface Demo {
    /** Runs from the servers' start to their end. */
    void run();

    /** Whether the whole story was told and every promise held. */
    boolean isOk();

    /** The document for scripts; of a story that was cut short, what it came to. */
    Map<String, Object> report();

    /** Whether the process is being ended from outside, which makes everything fail: then its hooks clean up. */
    boolean isCutShort();
}
