package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/** Moves a run's writes away from a side: the proof beside the worker's turns, the cutover in one of them. */
final class Moving implements Errand<BeforeSwitch.Found> {
    private final Switching switching;
    private final Side from;
    private final Consumer<Stopping> preparation;
    private final Consumer<Outcome> then;
    private final Set<Verb> goBefore;

    private Moving(
            Switching switching,
            Side from,
            Consumer<Stopping> preparation,
            Consumer<Outcome> then,
            Set<Verb> goBefore) {
        this.switching = switching;
        this.from = from;
        this.preparation = preparation;
        this.then = then;
        this.goBefore = goBefore;
    }

    /** @param then hears how it ended, in a turn */
    static Moving away(Switching switching, Side from, Consumer<Outcome> then) {
        return new Moving(switching, from, stopping -> {}, then, EnumSet.of(Verb.ROLLBACK));
    }

    /** The same as part of something that nothing goes before. */
    static Moving unstoppably(Switching switching, Side from, Consumer<Outcome> then) {
        return new Moving(switching, from, stopping -> {}, then, EnumSet.noneOf(Verb.class));
    }

    /** The same with something that is done before the proof, beside the turns as well. */
    Moving preparedBy(Consumer<Stopping> first) {
        return new Moving(switching, from, first, then, goBefore);
    }

    @Override
    public String word() {
        return (from == Side.SOURCE ? Verb.SWITCH : Verb.SWITCH_BACK).word();
    }

    @Override
    public BeforeSwitch.Found work(Stopping stopping) {
        preparation.accept(stopping);
        return switching.look(from, stopping);
    }

    @Override
    public void ended(BeforeSwitch.Found found) {
        then.accept(switching.finish(from, found));
    }

    @Override
    public void failed(GodwitException cause) {
        then.accept(switching.undone(from, cause));
    }

    @Override
    public void abandoned(Problem why) {
        then.accept(switching.leftAlone(from, why));
    }

    @Override
    public boolean givesWayTo(Verb verb) {
        return goBefore.contains(verb);
    }
}
