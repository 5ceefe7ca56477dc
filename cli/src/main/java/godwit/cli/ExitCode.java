package godwit.cli;

/** What a command's exit status says to scripts. */
enum ExitCode {
    DONE(0),
    /** Refused or failed; the Problem is in the JSON. */
    REFUSED(1),
    /** Wrong usage or a wrong file, found without a database. */
    WRONG_USAGE(2),
    UNKNOWN(3),
    DIFFERENT(4);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }
}
