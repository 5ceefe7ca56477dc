package godwit.testkit.contract;

import godwit.postgres.Session;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Ledger;
import godwit.run.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneServer.class)
class PostgresLedgerTest implements LedgerContract {
    private final Session session;
    private final PostgresLedger ledger;

    PostgresLedgerTest(OneServer.Databases server) {
        this.session = server.database().open("test");
        this.ledger = new PostgresLedger(session);
    }

    @BeforeEach
    void create() {
        ledger.create();
    }

    @AfterEach
    void close() {
        session.close();
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public void askerGoesAway(Request request) {
        session.execute(
                "UPDATE godwit.request SET waiting_at = waiting_at - interval '1 minute' WHERE id = ?", request.id());
    }
}
