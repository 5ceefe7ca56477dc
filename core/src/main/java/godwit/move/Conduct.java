package godwit.move;

import java.util.List;
import java.util.Locale;

/**
 * How a move goes about its work.
 *
 * @param mode where it ends
 * @param schema where the target's tables come from
 * @param transport whether connections that leave this machine may be unprotected
 * @param largeObjects whether large objects go along
 * @param tuning the limits that can change while it runs
 * @param leave objects of the source other than tables that stay behind, each as a check names it
 */
public record Conduct(
        Mode mode,
        SchemaOrigin schema,
        Transport transport,
        LargeObjectChoice largeObjects,
        Tuning tuning,
        List<String> leave) {
    public Conduct {
        leave = List.copyOf(leave);
    }

    /** One that leaves nothing behind. */
    public Conduct(Mode mode, SchemaOrigin schema, Transport transport, LargeObjectChoice largeObjects, Tuning tuning) {
        this(mode, schema, transport, largeObjects, tuning, List.of());
    }

    /** The same, which leaves these objects behind. */
    public Conduct leaving(List<String> objects) {
        return new Conduct(mode, schema, transport, largeObjects, tuning, objects);
    }

    /** As a file that says nothing about it has it. */
    public static Conduct usual(MoveLimits limits) {
        var tuning = Tuning.DEFAULT.with(LiveSetting.COPY_WORKERS, limits.copyWorkers());
        return new Conduct(Mode.LIVE, SchemaOrigin.CREATE, Transport.PROTECTED, LargeObjectChoice.CARRY, tuning);
    }

    /** Where a move ends. */
    public enum Mode {
        /** Both sides are kept in step until people have switched and complete it. */
        LIVE,
        /** Copied once, proven at one position, and over; the writes stay on the source. */
        FULL,
        /** The target follows without end; the writes never move. */
        SYNC;

        /** The word in the file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Mode of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Where the target's tables come from. */
    public enum SchemaOrigin {
        /** Godwit makes them as they are on the source. */
        CREATE,
        /** People have made them; they must fit and be empty. */
        USE;

        /** The word in the file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static SchemaOrigin of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** How connections that leave this machine are protected. */
    public enum Transport {
        /** TLS with a certificate that is checked in full. */
        PROTECTED,
        /** Whatever the URL says, plain text too. */
        INSECURE
    }

    /** Whether large objects go along. They belong to no table, so a move of some tables leaves them anyway. */
    public enum LargeObjectChoice {
        CARRY,
        LEAVE;

        /** The word in the file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static LargeObjectChoice of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
