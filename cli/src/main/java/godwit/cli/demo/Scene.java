package godwit.cli.demo;

import java.util.List;

/** The servers and files that a demonstration runs on. */
interface Scene extends AutoCloseable {
    /** Lets all of it outlive this process. */
    void leaveRunning();

    /** What people need to look at what {@link #leaveRunning} left, and to end it. */
    List<String> addresses();

    /** Removes the files; servers remove themselves when the process ends before {@link #close}. */
    void removeFolder();

    @Override
    void close();
}
