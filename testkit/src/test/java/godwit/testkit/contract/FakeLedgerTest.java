package godwit.testkit.contract;

import godwit.run.Ledger;
import godwit.run.Request;
import godwit.testkit.fake.FakeLedger;
import java.time.Duration;

class FakeLedgerTest implements LedgerContract {
    private long nanos;
    private final FakeLedger ledger = new FakeLedger(() -> nanos);

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public void askerGoesAway(Request request) {
        nanos += Duration.ofMinutes(1).toNanos();
    }
}
