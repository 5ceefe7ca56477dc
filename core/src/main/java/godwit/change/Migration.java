package godwit.change;

import godwit.schema.Identifier;
import java.util.List;

/**
 * A migration as its file has it.
 *
 * @param name the file's name without its ending, or the name that the file itself gives; 1 to 63 bytes
 * @param version what the schema of the new version ends with; the name unless the file gives another
 * @param operations at least one, in their order: each works on what those before it leave
 */
public record Migration(Identifier name, Identifier version, List<Operation> operations) {
    public Migration {
        operations = List.copyOf(operations);
    }

    /** Whether it has statements of people's own that are run when it starts. */
    public boolean hasStatements() {
        return operations.stream().anyMatch(o -> o instanceof Operation.RawSql run && !run.onComplete());
    }

    /** Whether these are all that it has. */
    public boolean hasOnlyStatements() {
        return operations.stream().allMatch(Operation.RawSql.class::isInstance);
    }
}
