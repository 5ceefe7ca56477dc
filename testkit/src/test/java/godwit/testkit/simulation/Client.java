package godwit.testkit.simulation;

import static godwit.testkit.fake.FakeTable.BODY;
import static godwit.testkit.fake.FakeTable.ID;
import static godwit.testkit.fake.FakeTable.NOTES;
import static godwit.testkit.fake.FakeTable.PERSONS;
import static godwit.testkit.fake.FakeTable.UNIQUE;

import godwit.move.Side;
import godwit.move.Tuple;
import godwit.testkit.fake.FakeDatabase;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.FakeTransaction;
import godwit.testkit.fake.Logged;
import godwit.testkit.fake.Rows;
import godwit.testkit.fake.Write;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A user of the databases: writes where it was told to, waits at fences, turns to the other side when refused. */
final class Client {
    private static final int IDS = 14;
    private static final int VALUES = 6;
    private static final int WAIT_MILLIS_MAX = 5000;

    private final World world;
    private final Schedule schedule;
    private Side side = Side.SOURCE;
    private FakeTransaction transaction;
    private boolean committing;
    private int operationsLeft;
    private long waitsSince = -1;

    Client(World world) {
        this.world = world;
        this.schedule = world.schedule();
        this.transaction = world.on(side).gate().begin();
    }

    /** One step of its life; plans the next. */
    void turn() {
        if (!world.clientsWork() && !transaction.hasWritten()) {
            abort(world.on(side));
            return;
        }
        if (!committing) {
            act();
        }
        schedule.in(schedule.between(1, 25), this::turn);
    }

    private void act() {
        var database = world.on(side);
        if (!database.isUp() || transaction.isEnded()) {
            begin();
            return;
        }
        switch (database.gate().enter(transaction)) {
            case WAITS -> await();
            case REFUSED -> {
                abort(database);
                side = schedule.oneIn(4) ? side.other() : world.route();
                begin();
            }
            case PASSES -> {
                waitsSince = -1;
                go(database);
            }
        }
    }

    private void await() {
        waitsSince = waitsSince < 0 ? schedule.now() : waitsSince;
        if (schedule.now() - waitsSince > WAIT_MILLIS_MAX) {
            abort(world.on(side));
            begin();
        }
    }

    private void begin() {
        // Some come to the wrong side: they were led elsewhere meanwhile and have not noticed.
        side = schedule.oneIn(8) ? side.other() : side;
        side = world.isTargetKnown() ? side : Side.SOURCE;
        transaction = world.on(side).gate().begin();
        waitsSince = -1;
        operationsLeft = schedule.oneIn(30) ? 30 : 1 + schedule.below(4);
    }

    private void abort(FakeDatabase database) {
        database.end(transaction);
    }

    private void go(FakeDatabase database) {
        if (operationsLeft-- > 0 && world.clientsWork()) {
            write(database);
        } else if (!transaction.hasWritten() || schedule.oneIn(12)) {
            abort(database);
            begin();
        } else {
            commit(database);
        }
    }

    private void commit(FakeDatabase database) {
        committing = true;
        var logged = database.log(transaction);
        var isAsynchronous = schedule.oneIn(8);
        if (isAsynchronous) {
            schedule.in(schedule.between(0, 5), () -> visible(database, logged, false));
            return;
        }
        schedule.in(schedule.between(0, 5), () -> {
            if (!transaction.isEnded()) {
                database.flush();
            }
            var lag = schedule.oneIn(10) ? schedule.between(50, 400) : schedule.between(0, 10);
            schedule.in(lag, () -> visible(database, logged, true));
        });
    }

    private void visible(FakeDatabase database, Logged logged, boolean acknowledged) {
        committing = false;
        if (!transaction.isEnded()) {
            database.end(transaction);
            if (acknowledged) {
                world.acknowledged(logged);
            }
        }
        begin();
    }

    private void write(FakeDatabase database) {
        var view = database.seenBy(transaction);
        switch (schedule.below(13)) {
            case 0, 1, 2 -> insert(database, view);
            case 3, 4 -> change(database, view, UNIQUE);
            case 5 -> change(database, view, BODY);
            case 6 -> moveKey(database, view);
            case 7 -> swapKeys(database, view);
            case 8 -> delete(database, view);
            case 9 -> note(database);
            case 10 -> noteGoes(database, view);
            case 11 -> noteChanges(database, view);
            default -> truncate(database);
        }
    }

    private boolean locks(FakeDatabase database, FakeTable table, int column, int value) {
        return !database.gate().isLocked(table) && database.gate().lock(transaction, List.of(table, column, value));
    }

    private int place() {
        return schedule.below(4);
    }

    private void insert(FakeDatabase database, Rows view) {
        var id = schedule.below(IDS);
        var unique = schedule.below(IDS * 2);
        if (isFree(database, view, ID, id) && isFree(database, view, UNIQUE, unique)) {
            database.write(transaction, new Write.Insert(PERSONS, FakeTable.row(id, unique, body()), place()));
        }
    }

    private int body() {
        return schedule.below(1_000_000);
    }

    private boolean isFree(FakeDatabase database, Rows view, int column, int value) {
        return !view.hasValue(PERSONS, column, value) && locks(database, PERSONS, column, value);
    }

    /** A row of the table that the transaction has locked; null when there is none to be had. */
    private @Nullable Tuple person(FakeDatabase database, Rows view) {
        var all = view.of(PERSONS);
        if (all.isEmpty()) {
            return null;
        }
        var row = all.get(schedule.below(all.size()));
        var isLocked = locks(database, PERSONS, ID, FakeTable.number(row, ID))
                && locks(database, PERSONS, UNIQUE, FakeTable.number(row, UNIQUE));
        return isLocked ? row : null;
    }

    private void change(FakeDatabase database, Rows view, int column) {
        var row = person(database, view);
        var value = column == UNIQUE ? schedule.below(IDS * 2) : body();
        if (row != null && (column == BODY || isFree(database, view, UNIQUE, value))) {
            update(database, row, with(row, column, value));
        }
    }

    /** The same row with one value changed; the others stay the very same values, as those stored out of line do. */
    private static Tuple with(Tuple row, int column, int value) {
        var values = new byte[][] {row.value(ID), row.value(UNIQUE), row.value(BODY)};
        values[column] = FakeTable.row(value, value, value).value(column);
        return new Tuple(values);
    }

    private void update(FakeDatabase database, Tuple before, Tuple after) {
        database.write(transaction, new Write.Update(PERSONS, before, after, place()));
    }

    /** Gives a row another key; now and then one whose row has just gone. */
    private void moveKey(FakeDatabase database, Rows view) {
        var row = person(database, view);
        var other = person(database, view);
        if (row == null) {
            return;
        }
        if (other != null && other != row) {
            database.write(transaction, new Write.Delete(PERSONS, other));
            update(database, row, with(row, ID, FakeTable.number(other, ID)));
            return;
        }
        var id = schedule.below(IDS);
        if (isFree(database, view, ID, id)) {
            update(database, row, with(row, ID, id));
        }
    }

    private void swapKeys(FakeDatabase database, Rows view) {
        var one = person(database, view);
        var two = person(database, view);
        if (one == null || two == null || one == two) {
            return;
        }
        var away = with(one, ID, IDS + 1000 + schedule.below(1_000_000));
        update(database, one, away);
        update(database, two, with(two, ID, FakeTable.number(one, ID)));
        update(database, away, with(one, ID, FakeTable.number(two, ID)));
    }

    private void delete(FakeDatabase database, Rows view) {
        var row = person(database, view);
        if (row != null) {
            database.write(transaction, new Write.Delete(PERSONS, row));
        }
    }

    private void note(FakeDatabase database) {
        var value = schedule.below(VALUES);
        if (locks(database, NOTES, ID, value)) {
            database.write(transaction, new Write.Insert(NOTES, FakeTable.row(value, value, value), place()));
        }
    }

    private @Nullable Tuple someNote(FakeDatabase database, Rows view) {
        var all = view.of(NOTES);
        if (all.isEmpty()) {
            return null;
        }
        var row = all.get(schedule.below(all.size()));
        return locks(database, NOTES, ID, FakeTable.number(row, ID)) ? row : null;
    }

    private void noteGoes(FakeDatabase database, Rows view) {
        var row = someNote(database, view);
        if (row != null) {
            database.write(transaction, new Write.Delete(NOTES, row));
        }
    }

    private void noteChanges(FakeDatabase database, Rows view) {
        var row = someNote(database, view);
        var value = schedule.below(VALUES);
        if (row != null && locks(database, NOTES, ID, value)) {
            var changed = new Tuple(new byte[][] {
                FakeTable.row(value, 0, 0).value(ID), FakeTable.row(0, value, 0).value(UNIQUE), row.value(BODY)
            });
            database.write(transaction, new Write.Update(NOTES, row, changed, place()));
        }
    }

    private void truncate(FakeDatabase database) {
        var table = schedule.oneIn(3) ? PERSONS : NOTES;
        if (schedule.oneIn(3) && database.gate().lockAlone(transaction, table)) {
            database.write(transaction, new Write.Truncate(table));
        }
    }
}
