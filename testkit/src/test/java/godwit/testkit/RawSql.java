package godwit.testkit;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Finds names and values that reach SQL text without {@code Identifier}, {@code TableName} or {@code Literal}.
 *
 * <p>It looks at each string that holds SQL words and is put together with {@code +} or {@code formatted}. Forbidden
 * there are calls that give a raw name or value, and quotes written by hand around anything. A receiver that is called
 * {@code sql} gives SQL.
 */
final class RawSql extends TreeScanner<@Nullable Void, @Nullable Void> {
    private static final Pattern SQL = Pattern.compile("\\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|ALTER|CREATE|DROP"
            + "|TRUNCATE|COPY|LOCK|COMMENT ON|GRANT|REVOKE|ANALYZE|VACUUM|REFRESH|FROM|WHERE|JOIN|SET|EXECUTE)\\b");
    private static final Set<String> RAW = Set.of("name", "plain", "value", "toString", "getString", "valueOf");
    private static final Pattern HAND_QUOTED = Pattern.compile("['\"]%(\\d\\$)?s|%(\\d\\$)?s['\"]");

    private final Trees trees;
    private final CompilationUnitTree unit;
    private final List<Long> lines = new ArrayList<>();

    private RawSql(Trees trees, CompilationUnitTree unit) {
        this.trees = trees;
        this.unit = unit;
    }

    /** The lines of a Java source at which raw text reaches SQL. */
    static List<Long> linesOf(String source) {
        var file = new SimpleJavaFileObject(URI.create("string:///Source.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        var compiler = ToolProvider.getSystemJavaCompiler();
        var task = (JavacTask) compiler.getTask(null, null, null, List.of(), null, List.of(file));
        try {
            var unit = task.parse().iterator().next();
            var found = new RawSql(Trees.instance(task), unit);
            found.scan(unit, null);
            return List.copyOf(found.lines);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree made, @Nullable Void none) {
        return made.getIdentifier().toString().endsWith("Problem") ? null : super.visitNewClass(made, null);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void none) {
        var method = call.getMethodSelect();
        if (method.toString().equals("Problem.of")) {
            return null;
        }
        if (method instanceof MemberSelectTree select && select.getIdentifier().contentEquals("formatted")) {
            var texts = parts(select.getExpression());
            if (HAND_QUOTED.matcher(sql(texts)).find()) {
                judge(texts, texts.subList(0, 1), part -> true);
            }
            judge(texts, call.getArguments(), RawSql::isRaw);
        }
        return super.visitMethodInvocation(call, null);
    }

    @Override
    public @Nullable Void visitBinary(BinaryTree sum, @Nullable Void none) {
        if (sum.getKind() != Tree.Kind.PLUS) {
            return super.visitBinary(sum, null);
        }
        var parts = parts(sum);
        if (isQuotedBetween(parts)) {
            judge(parts, parts.subList(0, 1), part -> true);
        }
        judge(parts, parts, RawSql::isRaw);
        for (var part : parts) {
            scan(part, null);
        }
        return null;
    }

    private void judge(
            List<ExpressionTree> texts, List<? extends ExpressionTree> insertions, Predicate<ExpressionTree> guilty) {
        if (SQL.matcher(sql(texts)).find()) {
            insertions.stream().filter(guilty).forEach(this::add);
        }
    }

    private static String sql(List<ExpressionTree> texts) {
        return String.join("", texts.stream().map(RawSql::text).toList());
    }

    private static boolean isQuotedBetween(List<ExpressionTree> parts) {
        for (int i = 0; i + 1 < parts.size(); i++) {
            var before = text(parts.get(i));
            if (!isText(parts.get(i + 1)) && (before.endsWith("'") || before.endsWith("\""))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRaw(ExpressionTree part) {
        return part instanceof MethodInvocationTree call
                && call.getMethodSelect() instanceof MemberSelectTree select
                && RAW.contains(select.getIdentifier().toString())
                && !select.getExpression().toString().toLowerCase(Locale.ROOT).endsWith("sql");
    }

    private static List<ExpressionTree> parts(ExpressionTree sum) {
        return switch (sum) {
            case ParenthesizedTree inner -> parts(inner.getExpression());
            case BinaryTree plus
            when plus.getKind() == Tree.Kind.PLUS -> {
                var all = new ArrayList<>(parts(plus.getLeftOperand()));
                all.addAll(parts(plus.getRightOperand()));
                yield all;
            }
            default -> List.of(sum);
        };
    }

    private static boolean isText(ExpressionTree part) {
        return part instanceof LiteralTree literal && literal.getValue() instanceof String;
    }

    private static String text(ExpressionTree part) {
        return isText(part) ? (String) ((LiteralTree) part).getValue() : "";
    }

    private void add(Tree tree) {
        var position = trees.getSourcePositions().getStartPosition(unit, tree);
        lines.add(unit.getLineMap().getLineNumber(position));
    }
}
