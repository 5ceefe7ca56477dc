package godwit.run;

import godwit.GodwitException;

/** An errand whose end is the answer to a request. */
abstract class Asked implements Errand<Outcome> {
    private final Course course;
    private final Request request;

    Asked(Course course, Request request) {
        this.course = course;
        this.request = request;
    }

    final Request request() {
        return request;
    }

    @Override
    public final String word() {
        return request.verb().word();
    }

    @Override
    public final void ended(Outcome outcome) {
        course.answer(request, outcome);
    }

    @Override
    public final void failed(GodwitException cause) {
        course.answer(request, new Outcome.Refused(cause.problem()));
    }
}
