package godwit.testkit.contract;

import static godwit.testkit.contract.GateContract.Attempt.PASSED;
import static godwit.testkit.contract.GateContract.Attempt.REFUSED;
import static godwit.testkit.contract.GateContract.Attempt.WAITED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.traffic.Journal;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** What the gate of a source keeps, where the first epoch is the source's. */
interface GateContract {
    long MOVED = Journal.FIRST_EPOCH + 1;

    /** How it went with somebody who tried to write. */
    enum Attempt {
        PASSED,
        /** A fence kept it waiting, for longer than it had patience. */
        WAITED,
        /** The writes belong to the other side. */
        REFUSED
    }

    /** A client with one transaction. */
    interface Writer {
        Attempt write();

        void commit();
    }

    Writer writer();

    /** Somebody of this run itself. */
    Writer exempt();

    LongSupplier epoch();

    boolean isFenced();

    /** Raises a fence; throws when the writers under way do not end in time. */
    void raise();

    void decide(long epoch);

    void lift();

    void setEpoch(long epoch);

    @Test
    default void writersPassWhereTheWritesAre() {
        assertThat(writer().write()).isEqualTo(PASSED);
        assertThat(epoch().getAsLong()).isEqualTo(Journal.FIRST_EPOCH);
    }

    @Test
    default void writersAreRefusedWhereTheWritesAreNot() {
        setEpoch(MOVED);

        assertThat(writer().write()).isEqualTo(REFUSED);
        assertThat(exempt().write()).isEqualTo(PASSED);
    }

    @Test
    default void aFenceIsNotRaisedWhileAWriterIsUnderWay() {
        var writer = writer();
        writer.write();

        assertThatThrownBy(this::raise).hasMessageContaining("did not end");
        assertThat(isFenced()).isFalse();
    }

    @Test
    default void aFenceIsRaisedWhenTheWritersUnderWayHaveCommitted() {
        var writer = writer();
        writer.write();
        writer.commit();

        raise();

        assertThat(isFenced()).isTrue();
    }

    @Test
    default void writersWaitAtAFenceAndThoseOfTheRunPass() {
        raise();

        assertThat(writer().write()).isEqualTo(WAITED);
        assertThat(exempt().write()).isEqualTo(PASSED);
    }

    @Test
    default void aLiftedFenceDecidesNothing() {
        raise();
        lift();

        assertThat(isFenced()).isFalse();
        assertThat(writer().write()).isEqualTo(PASSED);
    }

    @Test
    default void aDecisionRefusesThoseWhoWaited() {
        raise();
        decide(MOVED);

        assertThat(isFenced()).isFalse();
        assertThat(epoch().getAsLong()).isEqualTo(MOVED);
        assertThat(writer().write()).isEqualTo(REFUSED);
    }

    @Test
    default void anOlderDecisionLeavesANewerOneAlone() {
        setEpoch(MOVED + 1);
        setEpoch(MOVED);

        assertThat(epoch().getAsLong()).isEqualTo(MOVED + 1);
        assertThat(writer().write()).isEqualTo(PASSED);
    }
}
