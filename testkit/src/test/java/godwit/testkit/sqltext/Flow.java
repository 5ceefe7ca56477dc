package godwit.testkit.sqltext;

import com.sun.source.tree.ArrayAccessTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TypeCastTree;
import com.sun.source.tree.YieldTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.RecordComponentElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import org.jspecify.annotations.Nullable;

/** Where the text of an expression comes from. */
final class Flow {
    /** Something that text can come from and that is not known to be fit for SQL. */
    sealed interface Origin {}

    /** What a method or a constructor is given. */
    record Given(ExecutableElement method, int index) implements Origin {}

    /** Text of nobody knows what form. */
    record Raw(String place, String what) implements Origin {}

    private final Sources sources;
    private final Trust trust;
    private final Map<Element, Set<Origin>> known = new HashMap<>();
    private final Set<Element> underWay = new LinkedHashSet<>();

    Flow(Sources sources, Trust trust) {
        this.sources = sources;
        this.trust = trust;
    }

    /** Empty for text that consists of constants, numbers, and what the trusted types quote. */
    Set<Origin> of(TreePath path) {
        var tree = path.getLeaf();
        if (isHarmless(path)) {
            return Set.of();
        }
        return switch (tree) {
            case LiteralTree literal -> Set.of();
            case ParenthesizedTree inner -> of(new TreePath(path, inner.getExpression()));
            case TypeCastTree cast -> of(new TreePath(path, cast.getExpression()));
            case AssignmentTree assigned -> of(new TreePath(path, assigned.getExpression()));
            case ArrayAccessTree access -> of(new TreePath(path, access.getExpression()));
            case BinaryTree sum ->
                written(List.of(new TreePath(path, sum.getLeftOperand()), new TreePath(path, sum.getRightOperand())));
            case ConditionalExpressionTree either ->
                all(path, List.of(either.getTrueExpression(), either.getFalseExpression()));
            case SwitchExpressionTree choice -> results(path, choice);
            case NewArrayTree array -> array.getInitializers() == null ? Set.of() : all(path, array.getInitializers());
            case LambdaExpressionTree lambda -> body(new TreePath(path, lambda.getBody()));
            case MemberReferenceTree reference -> referenced(path);
            case MethodInvocationTree call -> called(path, call);
            case NewClassTree made -> made(path, made);
            case IdentifierTree name -> variable(sources.element(path), path);
            case MemberSelectTree select -> variable(sources.element(path), path);
            default -> Set.of();
        };
    }

    private Set<Origin> all(TreePath path, List<? extends Tree> trees) {
        var all = new LinkedHashSet<Origin>();
        trees.forEach(tree -> all.addAll(of(new TreePath(path, tree))));
        return all;
    }

    /** What becomes text by its toString. */
    private Set<Origin> written(List<TreePath> paths) {
        var all = new LinkedHashSet<Origin>();
        for (var path : paths) {
            all.addAll(of(path));
            if (isHarmless(path)
                    && sources.trees.getTypeMirror(path) instanceof DeclaredType declared
                    && declared.asElement() instanceof TypeElement type) {
                all.addAll(asText(type));
            }
        }
        return all;
    }

    /** Of a type from elsewhere, such as a number, nothing that could carry SQL is expected. */
    private Set<Origin> asText(TypeElement type) {
        for (var method : sources.methods.keySet()) {
            if (Sources.owner(method).equals(type)
                    && method.getSimpleName().contentEquals("toString")
                    && method.getParameters().isEmpty()) {
                return returned(method);
            }
        }
        var isOwn = type.getKind() == ElementKind.RECORD && sources.classes.contains(type);
        return isOwn || trust.quotes(type.asType()) ? Set.of(new Raw("", type + " as text")) : Set.of();
    }

    private Set<Origin> results(TreePath path, SwitchExpressionTree choice) {
        var all = new LinkedHashSet<Origin>();
        for (CaseTree one : choice.getCases()) {
            var at = new TreePath(path, one);
            if (one.getBody() instanceof ExpressionTree result) {
                all.addAll(of(new TreePath(at, result)));
            } else if (one.getBody() != null) {
                all.addAll(body(new TreePath(at, one.getBody())));
            }
        }
        return all;
    }

    /** What a block returns or yields, or an expression is. */
    private Set<Origin> body(TreePath path) {
        if (!(path.getLeaf() instanceof BlockTree)) {
            return path.getLeaf() instanceof ExpressionTree ? of(path) : Set.of();
        }
        var all = new LinkedHashSet<Origin>();
        new TreePathScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void visitLambdaExpression(LambdaExpressionTree inner, @Nullable Void none) {
                return null;
            }

            @Override
            public @Nullable Void visitReturn(ReturnTree tree, @Nullable Void none) {
                if (tree.getExpression() != null) {
                    all.addAll(of(new TreePath(getCurrentPath(), tree.getExpression())));
                }
                return null;
            }

            @Override
            public @Nullable Void visitYield(YieldTree tree, @Nullable Void none) {
                all.addAll(of(new TreePath(getCurrentPath(), tree.getValue())));
                return null;
            }
        }.scan(path, null);
        return all;
    }

    private Set<Origin> made(TreePath path, NewClassTree made) {
        var type = sources.trees.getTypeMirror(path);
        return type != null && trust.quotes(type) ? Set.of() : all(path, made.getArguments());
    }

    private Set<Origin> called(TreePath path, MethodInvocationTree call) {
        if (!(sources.element(path) instanceof ExecutableElement method)) {
            return Set.of();
        }
        var receiver = call.getMethodSelect() instanceof MemberSelectTree select
                ? new TreePath(new TreePath(path, select), select.getExpression())
                : null;
        var arguments = call.getArguments().stream()
                .map(argument -> new TreePath(path, argument))
                .toList();
        return invoked(path, method, receiver, arguments);
    }

    private Set<Origin> referenced(TreePath path) {
        if (!(sources.element(path) instanceof ExecutableElement method)) {
            return Set.of();
        }
        return method.getKind() == ElementKind.CONSTRUCTOR ? Set.of() : invoked(path, method, null, List.of());
    }

    private Set<Origin> invoked(
            TreePath path, ExecutableElement method, @Nullable TreePath receiver, List<TreePath> arguments) {
        var owner = Sources.owner(method);
        if (trust.isTrusted(method)) {
            return Set.of();
        }
        var component = component(owner, method);
        if (component != null) {
            return field(component);
        }
        var candidates = sources.candidates(method);
        if (trust.reads(method) || (trust.quotes(owner.asType()) && candidates.isEmpty())) {
            return Set.of(new Raw(sources.place(path), method.getSimpleName().toString()));
        }
        if (!candidates.isEmpty()) {
            var all = new LinkedHashSet<Origin>();
            candidates.forEach(candidate -> all.addAll(substituted(candidate, arguments)));
            return all;
        }
        if (Text.OUTSIDE.contains(method.getSimpleName().toString())) {
            return Set.of(new Raw(sources.place(path), method.getSimpleName().toString()));
        }
        return ofLibrary(method.getSimpleName().toString(), receiver, arguments);
    }

    private Set<Origin> ofLibrary(String name, @Nullable TreePath receiver, List<TreePath> arguments) {
        var from = receiver == null ? List.<TreePath>of() : List.of(receiver);
        if (Text.LOOKING.contains(name)) {
            return name.equals("equals") ? Set.of() : all(from);
        }
        if (name.equals("getOrDefault")) {
            return all(List.of(from.getFirst(), arguments.getLast()));
        }
        if (Text.MAKING.contains(name)) {
            return made(from, arguments.getFirst());
        }
        var texts = new ArrayList<>(from);
        texts.addAll(arguments);
        return Text.WRITING.contains(name) ? written(texts) : all(texts);
    }

    /** A lambda tells by itself what it takes; a method that is named is given the elements. */
    private Set<Origin> made(List<TreePath> elements, TreePath how) {
        var all = new LinkedHashSet<Origin>();
        for (var origin : of(how)) {
            all.addAll(
                    origin instanceof Given && how.getLeaf() instanceof MemberReferenceTree
                            ? all(elements)
                            : Set.of(origin));
        }
        if (how.getLeaf() instanceof MemberReferenceTree
                && sources.element(how) instanceof ExecutableElement method
                && sources.candidates(method).isEmpty()
                && !trust.isTrusted(method)
                && component(Sources.owner(method), method) == null) {
            all.addAll(all(elements));
        }
        return all;
    }

    private Set<Origin> all(List<TreePath> paths) {
        var all = new LinkedHashSet<Origin>();
        paths.forEach(path -> all.addAll(of(path)));
        return all;
    }

    /** What a method returns, with what it is given here in place of what it is given anywhere. */
    private Set<Origin> substituted(ExecutableElement method, List<TreePath> arguments) {
        var all = new LinkedHashSet<Origin>();
        for (var origin : returned(method)) {
            if (origin instanceof Given given && given.method().equals(method) && !arguments.isEmpty()) {
                var last = method.getParameters().size() - 1;
                for (var i = given.index(); i < arguments.size(); i++) {
                    all.addAll(of(arguments.get(i)));
                    if (given.index() < last || !method.isVarArgs()) {
                        break;
                    }
                }
            } else {
                all.add(origin);
            }
        }
        return all;
    }

    private Set<Origin> returned(ExecutableElement method) {
        var path = sources.methods.get(method);
        var tree = path == null ? null : ((MethodTree) path.getLeaf()).getBody();
        return tree == null || path == null ? Set.of() : once(method, () -> body(new TreePath(path, tree)));
    }

    private Set<Origin> once(Element element, java.util.function.Supplier<Set<Origin>> find) {
        var found = known.get(element);
        if (found != null) {
            return found;
        }
        if (!underWay.add(element)) {
            return Set.of();
        }
        var origins = find.get();
        underWay.remove(element);
        if (underWay.isEmpty()) {
            known.put(element, origins);
        }
        return origins;
    }

    private static @Nullable RecordComponentElement component(TypeElement owner, ExecutableElement method) {
        return owner.getRecordComponents().stream()
                .filter(one -> one.getAccessor().equals(method))
                .findFirst()
                .orElse(null);
    }

    private Set<Origin> field(RecordComponentElement component) {
        var owner = Sources.owner(component);
        var index = owner.getRecordComponents().indexOf(component);
        if (trust.quotes(owner.asType()) || trust.isTrusted(component)) {
            return trust.isTrusted(component) ? Set.of() : Set.of(new Raw("", owner + "." + component));
        }
        for (var member : owner.getEnclosedElements()) {
            if (member instanceof ExecutableElement constructor
                    && member.getKind() == ElementKind.CONSTRUCTOR
                    && isCanonical(owner, constructor)) {
                return Set.of(new Given(constructor, index));
            }
        }
        return Set.of(new Raw("", owner + "." + component));
    }

    private boolean isCanonical(TypeElement owner, ExecutableElement constructor) {
        var components = owner.getRecordComponents();
        if (constructor.getParameters().size() != components.size()) {
            return false;
        }
        for (var i = 0; i < components.size(); i++) {
            var here = sources.types.erasure(constructor.getParameters().get(i).asType());
            if (!sources.types.isSameType(
                    here, sources.types.erasure(components.get(i).asType()))) {
                return false;
            }
        }
        return true;
    }

    private Set<Origin> variable(@Nullable Element element, TreePath path) {
        if (!(element instanceof VariableElement variable) || variable.getConstantValue() != null) {
            return Set.of();
        }
        if (trust.isTrusted(variable)) {
            return Set.of();
        }
        if (variable.getKind() == ElementKind.PARAMETER
                && sources.lambdaParameters.get(variable) instanceof TreePath in) {
            return once(variable, () -> elementsOf(in));
        }
        if (variable.getKind() == ElementKind.PARAMETER
                && variable.getEnclosingElement() instanceof ExecutableElement method) {
            return Set.of(new Given(method, method.getParameters().indexOf(variable)));
        }
        if (variable.getKind() == ElementKind.FIELD && variable.getEnclosingElement() instanceof TypeElement owner) {
            for (var component : owner.getRecordComponents()) {
                if (component.getSimpleName().equals(variable.getSimpleName())) {
                    return field(component);
                }
            }
        }
        return once(variable, () -> {
            var all = new LinkedHashSet<Origin>();
            var values = sources.values.getOrDefault(variable, List.of());
            if (values.isEmpty() && variable.getKind() == ElementKind.FIELD) {
                return Set.of(new Raw(sources.place(path), variable + ", which is set from outside"));
            }
            all.addAll(Text.isBuilder(variable) ? written(values) : all(values));
            return all;
        });
    }

    /** A lambda is given what the call that it is an argument of works on. */
    private Set<Origin> elementsOf(TreePath lambda) {
        var parent = lambda.getParentPath();
        if (parent.getLeaf() instanceof MethodInvocationTree call) {
            var all = new LinkedHashSet<Origin>();
            if (call.getMethodSelect() instanceof MemberSelectTree select) {
                all.addAll(of(new TreePath(new TreePath(parent, select), select.getExpression())));
            }
            for (var argument : call.getArguments()) {
                if (!(argument instanceof LambdaExpressionTree)) {
                    all.addAll(of(new TreePath(parent, argument)));
                }
            }
            return all;
        }
        return Set.of();
    }

    /** Numbers and truths cannot carry SQL, and neither can what holds no text at all. */
    private boolean isHarmless(TreePath path) {
        if (path.getLeaf() instanceof LambdaExpressionTree || path.getLeaf() instanceof MemberReferenceTree) {
            return false;
        }
        var type = sources.trees.getTypeMirror(path);
        return type != null && !Text.isIn(type);
    }
}
