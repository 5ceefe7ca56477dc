package godwit.postgres.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The form in which a target that has something already takes an object.
 *
 * <p>An object's own query answers with two statements: {@code undo}, which takes the target back to how it is now, and
 * is NULL when the object is there and stays as it is; and {@code instead}, which stands for the object's first
 * statement unless it is NULL. It has to be asked in the transaction that makes the object.
 */
public final class TargetForm {
    private final Connection target;

    public TargetForm(Connection target) {
        this.target = target;
    }

    /** The object as it is to be made here and taken away again; empty when nothing is to be made. */
    public Optional<SchemaObject> of(SchemaObject object) throws SQLException {
        if (object.before().isEmpty()) {
            return Optional.of(object);
        }
        try (var statement = target.createStatement()) {
            statement.setEscapeProcessing(false);
            try (var result = statement.executeQuery(object.before().get())) {
                result.next();
                var row = new Row(result);
                var undo = row.maybe("undo");
                var instead = row.maybe("instead");
                return undo.map(drop -> object.as(create(object, instead), drop));
            }
        }
    }

    private static List<String> create(SchemaObject object, Optional<String> instead) {
        var create = new ArrayList<>(object.create());
        instead.ifPresent(statement -> create.set(0, statement));
        return create;
    }
}
