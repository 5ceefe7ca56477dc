package godwit.move;

/** Where a database's URL is found; the URL itself, which may hold a password, is never in a move file. */
public sealed interface UrlReference {
    /** The environment's variable of this name; read again for each connection. */
    record Environment(String variable) implements UrlReference {
        @Override
        public String toString() {
            return "env:" + variable;
        }
    }

    /** The first line of this file; read again for each connection. */
    record InFile(String path) implements UrlReference {
        @Override
        public String toString() {
            return "file:" + path;
        }
    }
}
