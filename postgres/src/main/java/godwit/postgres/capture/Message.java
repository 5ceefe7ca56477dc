package godwit.postgres.capture;

import godwit.move.Lsn;
import godwit.move.Tuple;
import godwit.schema.TableName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of the pgoutput protocol, version 1 or 2 (PostgreSQL manual, 55.9), or the reader's note of idleness. */
public sealed interface Message {
    /** How much memory its values take, in bytes. */
    default long bytes() {
        return 0;
    }

    /**
     * A transaction begins.
     *
     * @param commit the position of its commit record
     * @param committedAt microseconds since 1970-01-01 UTC, by the server's clock
     * @param xid the transaction's number, without its epoch
     */
    record Begin(Lsn commit, long committedAt, int xid) implements Message {}

    /** @param end the position after the commit: what is confirmed once the transaction's effects are flushed */
    record Commit(Lsn commit, Lsn end, long committedAt) implements Message {}

    /**
     * A table's shape as the following rows have it.
     *
     * @param id the table's OID on the server
     * @param identity 'd' default, 'n' nothing, 'f' full, 'i' index
     */
    record Relation(int id, TableName table, char identity, List<RelationColumn> columns) implements Message {}

    /**
     * @param inKey whether it belongs to the replica identity
     * @param typeId the type's OID on the server
     */
    record RelationColumn(String name, boolean inKey, int typeId, int typeModifier) {}

    record Insert(int relation, Tuple row) implements Message {
        @Override
        public long bytes() {
            return row.bytes();
        }
    }

    /**
     * @param old the old key or the whole old row; null when the key did not change and the identity is no FULL
     * @param wholeOld whether {@code old} is the whole row
     */
    record Update(int relation, @Nullable Tuple old, boolean wholeOld, Tuple row) implements Message {
        @Override
        public long bytes() {
            return row.bytes() + (old == null ? 0 : old.bytes());
        }
    }

    /** @param whole whether {@code old} is the whole row and not only its key */
    record Delete(int relation, Tuple old, boolean whole) implements Message {
        @Override
        public long bytes() {
            return old.bytes();
        }
    }

    record Truncate(List<Integer> relations, boolean cascade, boolean restartIdentity) implements Message {}

    /** A logical message that somebody emitted (pg_logical_emit_message). */
    record Emitted(boolean transactional, Lsn position, String prefix, String content) implements Message {}

    /** A block of messages of a transaction that is still under way begins: version 2 only. */
    record StreamBegin(int xid) implements Message {}

    /** The block ends. */
    record StreamEnd() implements Message {}

    /**
     * A message inside a block.
     *
     * @param xid the transaction that it belongs to, which may be a subtransaction of the block's
     */
    record Streamed(int xid, Message message) implements Message {
        @Override
        public long bytes() {
            return message.bytes();
        }
    }

    /** A transaction that came in blocks committed. */
    record StreamCommit(int xid, Lsn commit, Lsn end, long committedAt) implements Message {}

    /** A transaction that came in blocks, or a subtransaction of it, was rolled back. */
    record StreamAbort(int xid, int subtransaction) implements Message {
        public boolean isWhole() {
            return xid == subtransaction;
        }
    }

    /** Messages that carry nothing that is applied: type names and origins. */
    record Ignored(char kind) implements Message {}

    /** All that lies before this position has been received, and no transaction is being received. */
    record Idle(Lsn received) implements Message {}
}
