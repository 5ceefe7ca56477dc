package godwit.run;

import godwit.verify.Verification;
import java.util.LinkedHashMap;
import java.util.Map;

/** Compares both sides because somebody asked. */
final class Verifying extends Asked {
    private final MoveSteps steps;

    Verifying(Course course, MoveSteps steps, Request request) {
        super(course, request);
        this.steps = steps;
    }

    @Override
    public Outcome work(Stopping stopping) {
        var verification = steps.verify(request().id(), "on request", stopping);
        return told(verification, steps.remarks());
    }

    /** What people are told of a verification. */
    static Outcome told(Verification verification, Map<String, Object> more) {
        var report = new LinkedHashMap<>(Reports.of(verification));
        report.putAll(more);
        return verification.isEqual() ? new Outcome.Done(report) : new Outcome.Different(report);
    }
}
