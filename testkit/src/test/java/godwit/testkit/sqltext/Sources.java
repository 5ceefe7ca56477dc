package godwit.testkit.sqltext;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BindingPatternTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.InstanceOfTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Sources with their types resolved, and an index of where each variable gets its values and each method is called. */
final class Sources extends TreePathScanner<@Nullable Void, @Nullable Void> {
    /** A call of a method or a constructor. */
    record Call(TreePath path, ExecutableElement method, List<? extends ExpressionTree> arguments) {}

    final Trees trees;
    final Elements elements;
    final Types types;
    final Map<ExecutableElement, TreePath> methods = new LinkedHashMap<>();
    final Map<Element, List<TreePath>> values = new HashMap<>();
    final Map<Element, TreePath> lambdaParameters = new HashMap<>();
    final List<Call> calls = new ArrayList<>();
    final Map<TreePath, ExecutableElement> references = new LinkedHashMap<>();
    final List<TypeElement> classes = new ArrayList<>();

    private Sources(JavacTask task) {
        trees = Trees.instance(task);
        elements = task.getElements();
        types = task.getTypes();
    }

    /** @throws IllegalStateException when they do not compile, because then nothing could be followed */
    static Sources read(Iterable<? extends JavaFileObject> files) {
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var options = List.of("-proc:none", "-classpath", classPath);
        var problems = new DiagnosticCollector<JavaFileObject>();
        var task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, problems, options, null, files);
        try {
            var units = task.parse();
            task.analyze();
            problems.getDiagnostics().stream()
                    .filter(one -> one.getKind() == Diagnostic.Kind.ERROR)
                    .findFirst()
                    .ifPresent(one -> {
                        throw new IllegalStateException(one.toString());
                    });
            var sources = new Sources(task);
            for (CompilationUnitTree unit : units) {
                sources.scan(unit, null);
            }
            return sources;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The type that a method or a component is of. */
    static TypeElement owner(Element member) {
        return (TypeElement) Objects.requireNonNull(member.getEnclosingElement());
    }

    @Nullable
    Element element(TreePath path) {
        return trees.getElement(path);
    }

    String place(TreePath path) {
        var unit = path.getCompilationUnit();
        var at = trees.getSourcePositions().getStartPosition(unit, path.getLeaf());
        return unit.getSourceFile().getName() + ":" + unit.getLineMap().getLineNumber(at);
    }

    private void value(@Nullable Element variable, Tree value) {
        if (variable != null) {
            values.computeIfAbsent(variable, any -> new ArrayList<>()).add(new TreePath(getCurrentPath(), value));
        }
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void none) {
        if (element(getCurrentPath()) instanceof TypeElement type) {
            classes.add(type);
        }
        return super.visitClass(tree, null);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree tree, @Nullable Void none) {
        if (element(getCurrentPath()) instanceof ExecutableElement method) {
            methods.put(method, getCurrentPath());
        }
        return super.visitMethod(tree, null);
    }

    @Override
    public @Nullable Void visitVariable(VariableTree tree, @Nullable Void none) {
        var variable = element(getCurrentPath());
        if (tree.getInitializer() != null) {
            value(variable, tree.getInitializer());
        }
        if (variable != null && getCurrentPath().getParentPath().getLeaf() instanceof LambdaExpressionTree) {
            lambdaParameters.put(variable, getCurrentPath().getParentPath());
        }
        return super.visitVariable(tree, null);
    }

    @Override
    public @Nullable Void visitAssignment(AssignmentTree tree, @Nullable Void none) {
        value(element(new TreePath(getCurrentPath(), tree.getVariable())), tree.getExpression());
        return super.visitAssignment(tree, null);
    }

    @Override
    public @Nullable Void visitCompoundAssignment(CompoundAssignmentTree tree, @Nullable Void none) {
        value(element(new TreePath(getCurrentPath(), tree.getVariable())), tree.getExpression());
        return super.visitCompoundAssignment(tree, null);
    }

    @Override
    public @Nullable Void visitEnhancedForLoop(EnhancedForLoopTree tree, @Nullable Void none) {
        value(element(new TreePath(getCurrentPath(), tree.getVariable())), tree.getExpression());
        return super.visitEnhancedForLoop(tree, null);
    }

    @Override
    public @Nullable Void visitInstanceOf(InstanceOfTree tree, @Nullable Void none) {
        if (tree.getPattern() instanceof BindingPatternTree binding) {
            var pattern = new TreePath(getCurrentPath(), binding);
            value(element(new TreePath(pattern, binding.getVariable())), tree.getExpression());
        }
        return super.visitInstanceOf(tree, null);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree tree, @Nullable Void none) {
        if (element(getCurrentPath()) instanceof ExecutableElement method) {
            calls.add(new Call(getCurrentPath(), method, tree.getArguments()));
            added(tree, method);
        }
        return super.visitMethodInvocation(tree, null);
    }

    /** What is put into a builder or a collection that a variable holds is a value of the variable. */
    private void added(MethodInvocationTree tree, ExecutableElement method) {
        var name = method.getSimpleName().toString();
        var fills = List.of("append", "add", "addAll", "put", "putAll", "addFirst", "addLast", "merge", "insert")
                .contains(name);
        if (fills && tree.getMethodSelect() instanceof MemberSelectTree select) {
            var receiver = receiver(new TreePath(getCurrentPath(), select));
            for (var argument : tree.getArguments()) {
                value(receiver, argument);
            }
        }
    }

    /** The variable at the begin of {@code a.append(…).append(…)}. */
    private @Nullable Element receiver(TreePath select) {
        var inner = ((MemberSelectTree) select.getLeaf()).getExpression();
        var path = new TreePath(select, inner);
        if (inner instanceof MethodInvocationTree call && call.getMethodSelect() instanceof MemberSelectTree next) {
            return receiver(new TreePath(path, next));
        }
        var found = element(path);
        return found instanceof VariableElement ? found : null;
    }

    @Override
    public @Nullable Void visitMemberReference(MemberReferenceTree tree, @Nullable Void none) {
        if (element(getCurrentPath()) instanceof ExecutableElement method) {
            references.put(getCurrentPath(), method);
        }
        return super.visitMemberReference(tree, null);
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree tree, @Nullable Void none) {
        if (element(getCurrentPath()) instanceof ExecutableElement made) {
            calls.add(new Call(getCurrentPath(), made, tree.getArguments()));
        }
        return super.visitNewClass(tree, null);
    }

    /** Methods that may be run where this one is called. */
    List<ExecutableElement> candidates(ExecutableElement method) {
        var all = new ArrayList<ExecutableElement>();
        if (methods.containsKey(method) && bodyOf(method) != null) {
            all.add(method);
        }
        for (var other : methods.keySet()) {
            if (!other.equals(method)
                    && other.getKind() == ElementKind.METHOD
                    && other.getSimpleName().equals(method.getSimpleName())
                    && elements.overrides(other, method, owner(other))) {
                all.add(other);
            }
        }
        return all;
    }

    @Nullable
    Tree bodyOf(ExecutableElement method) {
        var path = methods.get(method);
        return path == null ? null : ((MethodTree) path.getLeaf()).getBody();
    }
}
