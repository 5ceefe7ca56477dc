package godwit.run;

import godwit.GodwitException;
import godwit.move.Side;

/** Tells what a switch would do, and does nothing of it. */
final class Rehearsing implements Errand<Outcome> {
    private final Course course;
    private final Switching switching;
    private final Side from;
    private final Request request;

    Rehearsing(Course course, Switching switching, Side from, Request request) {
        this.course = course;
        this.switching = switching;
        this.from = from;
        this.request = request;
    }

    @Override
    public String word() {
        return request.verb().word() + " (dry run)";
    }

    @Override
    public Outcome work(Stopping stopping) {
        return switching.rehearse(from, stopping);
    }

    @Override
    public void ended(Outcome outcome) {
        course.answer(request, outcome);
    }

    @Override
    public void failed(GodwitException cause) {
        course.answer(request, new Outcome.Refused(cause.problem()));
    }
}
