package godwit.testkit.simulation;

/** Calls somebody once, before or after the effect of this number, if that is no effect of a stream. */
final class StallOnce implements Killing {
    private final int number;
    private int passed;
    private Runnable then = () -> {};
    private String where = "nowhere";

    StallOnce(int number) {
        this.number = number;
    }

    void then(Runnable action) {
        then = action;
    }

    @Override
    public void around(String effect, Runnable kill) {
        var isStream = effect.equals("apply") || effect.equals("confirm") || effect.equals("save position");
        if (!isStream && ++passed == number) {
            where = effect;
            then.run();
        }
    }

    boolean isDone() {
        return passed >= number;
    }

    String where() {
        return where;
    }
}
