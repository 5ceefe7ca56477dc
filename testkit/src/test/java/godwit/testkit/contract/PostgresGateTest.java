package godwit.testkit.contract;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.Session;
import godwit.postgres.gate.Fence;
import godwit.postgres.gate.Gate;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneServer.class)
class PostgresGateTest implements GateContract {
    private static final int DRAIN_MILLIS_MAX = 200;
    private static final int WAIT_SECONDS = 1;
    private static final Exemption EXEMPTION = new Exemption("contract");

    private final Gate gate = new Gate(UUID.randomUUID(), Side.SOURCE);
    private final Database database;
    private final Session session;
    private final Fence fence;
    private final List<Session> clients = new ArrayList<>();

    PostgresGateTest(OneServer.Databases server) {
        this.database = server.database();
        this.session = database.open("test");
        this.fence = new Fence(database.open("fence"), gate);
        session.execute("CREATE TABLE public.notes (id int)");
        gate.create(session, EXEMPTION.word(), WAIT_SECONDS);
        gate.guard(session, TableName.of("public", "notes"));
    }

    @AfterEach
    void close() {
        fence.close();
        clients.forEach(Session::abort);
        session.close();
    }

    @Override
    public Writer writer() {
        return writer(database.open("client"));
    }

    @Override
    public Writer exempt() {
        return writer(database.openApplying("apply", EXEMPTION));
    }

    private Writer writer(Session client) {
        clients.add(client);
        client.begin();
        return new Writer() {
            @Override
            public Attempt write() {
                return attempt(client);
            }

            @Override
            public void commit() {
                client.commit();
            }
        };
    }

    private static Attempt attempt(Session client) {
        try {
            client.execute("INSERT INTO public.notes VALUES (1)");
            return Attempt.PASSED;
        } catch (GodwitException e) {
            return switch (e.getCause() instanceof SQLException sql ? sql.getSQLState() : "") {
                case "40001" -> Attempt.WAITED;
                case "25006" -> Attempt.REFUSED;
                default -> throw e;
            };
        }
    }

    @Override
    public LongSupplier epoch() {
        return () -> gate.epoch(session).orElseThrow();
    }

    @Override
    public boolean isFenced() {
        return gate.isFenced(session);
    }

    @Override
    public void raise() {
        fence.raise(DRAIN_MILLIS_MAX, 10);
    }

    @Override
    public void decide(long epoch) {
        fence.decide(epoch);
    }

    @Override
    public void lift() {
        fence.lift();
    }

    @Override
    public void setEpoch(long epoch) {
        gate.setEpoch(session, epoch);
    }
}
