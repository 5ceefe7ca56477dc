package godwit.run;

import godwit.GodwitException;
import godwit.verify.Verification;
import java.util.LinkedHashMap;
import java.util.Map;

/** Compares both sides because somebody asked. */
final class Verifying implements Errand<Outcome> {
    private final Course course;
    private final MoveSteps steps;
    private final Request request;

    Verifying(Course course, MoveSteps steps, Request request) {
        this.course = course;
        this.steps = steps;
        this.request = request;
    }

    @Override
    public String word() {
        return request.verb().word();
    }

    @Override
    public Outcome work(Stopping stopping) {
        var verification = steps.verify(request.id(), "on request", stopping);
        return told(verification, steps.remarks());
    }

    /** What people are told of a verification. */
    static Outcome told(Verification verification, Map<String, Object> more) {
        var report = new LinkedHashMap<>(Reports.of(verification));
        report.putAll(more);
        return verification.isEqual() ? new Outcome.Done(report) : new Outcome.Different(report);
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
