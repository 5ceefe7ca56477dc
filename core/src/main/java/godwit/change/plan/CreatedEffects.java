package godwit.change.plan;

import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import java.util.List;
import java.util.Optional;

/** The effects of operations on tables that the migration makes. */
final class CreatedEffects {
    private CreatedEffects() {}

    /** Something about such a table, which goes when the migration drops it again. */
    interface OfCreated extends Effect {
        Created table();

        @Override
        default boolean isAbout(Member member) {
            return table().equals(member);
        }
    }

    /** @param what whom the statements are about */
    record AtOnce(Created table, String what, List<String> sql) implements OfCreated {
        AtOnce {
            sql = List.copyOf(sql);
        }

        @Override
        public List<Step> made() {
            return List.of(Effect.brief("table " + what, Lock.NONE, sql));
        }
    }

    /** What the log holds of the old version of its changed rows. */
    record ReplicaIdentity(Created table, Operation.SetReplicaIdentity operation) implements OfCreated {
        @Override
        public List<Step> constraints(Names names) {
            return List.of(
                    Effects.ReplicaIdentity.set(table.name(), Effects.ReplicaIdentity.word(operation.identity())));
        }
    }

    /**
     * A foreign key.
     *
     * @param own the table as the operation saw it
     * @param referenced the table that it refers to, as the operation saw it
     */
    record Key(Created table, Seen own, TableConstraint.ForeignKey key, Seen referenced) implements OfCreated {
        Key named(Identifier other) {
            return new Key(table, own, key.named(other), referenced);
        }

        @Override
        public boolean needs(Member member, Slot column) {
            return isAbout(member) && own.has(key.columns(), column);
        }

        @Override
        public Optional<Identifier> refersTo(Member member, Optional<Slot> column) {
            return referenced.isReferredTo(key, member, column);
        }

        @Override
        public List<Step> constraints(Names names) {
            var definition = DefinitionText.foreignKey(
                    key, names.columns(own), names.table(referenced.table()), names.columns(referenced));
            return List.of(Effect.brief(
                    "foreign key " + key.name().name(),
                    Lock.SHARE_ROW_EXCLUSIVE,
                    List.of("ALTER TABLE " + table.name().sql() + " ADD CONSTRAINT "
                            + key.name().sql() + " " + definition)));
        }
    }
}
