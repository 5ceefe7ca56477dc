package godwit.testkit.sqltext;

import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Finds raw text that is run as SQL: each argument of a JDBC method that takes SQL is followed back, through variables,
 * fields, records, methods and all of their callers, to where its text comes from.
 */
public final class SqlFlow {
    private static final Map<String, Set<String>> RUN = Map.of(
            "java.sql.Statement", Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "addBatch"),
            "java.sql.Connection", Set.of("prepareStatement", "prepareCall", "nativeSQL"),
            "org.postgresql.copy.CopyManager", Set.of("copyIn", "copyOut"));

    private final Sources sources;
    private final Flow flow;
    private final Set<Flow.Given> seen = new HashSet<>();
    private final Deque<Flow.Given> open = new ArrayDeque<>();
    private final Set<String> found = new LinkedHashSet<>();

    private SqlFlow(Sources sources, Trust trust) {
        this.sources = sources;
        this.flow = new Flow(sources, trust);
    }

    /** Where raw text comes from that is run as SQL, each with what it is. */
    public static Set<String> rawIn(List<Path> files, Trust trust) {
        try (var manager = ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
            return rawIn(manager.getJavaFileObjectsFromPaths(files), trust);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The same for one source. */
    public static Set<String> rawIn(String source, Trust trust) {
        var file = new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        return rawIn(List.of(file), trust);
    }

    private static Set<String> rawIn(Iterable<? extends JavaFileObject> files, Trust trust) {
        var search = new SqlFlow(Sources.read(files), trust);
        search.fromJdbc();
        while (!search.open.isEmpty()) {
            var given = search.open.remove();
            search.fromCallers(given);
            search.fromReferences(given);
        }
        return search.found;
    }

    private void fromJdbc() {
        for (var call : sources.calls) {
            var owner = Sources.owner(call.method());
            var runs = RUN.getOrDefault(owner.getQualifiedName().toString(), Set.of());
            if (runs.contains(call.method().getSimpleName().toString())
                    && !call.arguments().isEmpty()) {
                follow(new TreePath(call.path(), call.arguments().getFirst()));
            }
        }
    }

    private void follow(TreePath text) {
        for (var origin : flow.of(text)) {
            switch (origin) {
                case Flow.Raw raw -> found.add(raw.place() + " " + raw.what() + " -> " + sources.place(text));
                case Flow.Given given -> {
                    if (seen.add(given)) {
                        open.add(given);
                    }
                }
            }
        }
    }

    private void fromCallers(Flow.Given given) {
        for (var call : sources.calls) {
            if (call.method().equals(given.method()) || overrides(given.method(), call.method())) {
                var last = given.method().getParameters().size() - 1;
                var to = given.method().isVarArgs() && given.index() == last
                        ? call.arguments().size()
                        : given.index() + 1;
                for (var i = given.index(); i < to && i < call.arguments().size(); i++) {
                    follow(new TreePath(call.path(), call.arguments().get(i)));
                }
            }
        }
    }

    /** {@code statements.forEach(session::execute)}: the method is given the elements. */
    private void fromReferences(Flow.Given given) {
        sources.references.forEach((path, method) -> {
            var parent = path.getParentPath();
            if ((method.equals(given.method()) || overrides(given.method(), method))
                    && parent.getLeaf() instanceof MethodInvocationTree call
                    && call.getMethodSelect() instanceof MemberSelectTree select) {
                follow(new TreePath(new TreePath(parent, select), select.getExpression()));
            }
        });
    }

    private boolean overrides(ExecutableElement method, ExecutableElement called) {
        return method.getSimpleName().equals(called.getSimpleName())
                && method.getEnclosingElement() instanceof TypeElement owner
                && !method.equals(called)
                && sources.elements.overrides(method, called, owner);
    }
}
