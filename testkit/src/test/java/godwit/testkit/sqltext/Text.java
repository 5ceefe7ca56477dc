package godwit.testkit.sqltext;

import java.util.Set;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** What is known of text in the types and methods of libraries. */
final class Text {
    /** Methods of libraries that give text from outside. */
    static final Set<String> OUTSIDE = Set.of(
            "getString",
            "asString",
            "getObject",
            "getArray",
            "getenv",
            "getProperty",
            "readString",
            "readAllLines",
            "readLine",
            "getMessage",
            "nextLine",
            "getSchema",
            "getTable",
            "getColumn",
            "getConstraint");

    /** Methods of libraries whose arguments only say what to look for. */
    static final Set<String> LOOKING =
            Set.of("get", "containsKey", "contains", "filter", "anyMatch", "indexOf", "equals", "remove", "matches");

    /** Methods of libraries that give what their argument makes of each element. */
    static final Set<String> MAKING = Set.of("map", "mapToObj", "flatMap", "flatMapToObj");

    /** Methods of libraries that turn whatever they are given into text. */
    static final Set<String> WRITING = Set.of("formatted", "format", "valueOf", "append", "toString");

    private Text() {}

    static boolean isBuilder(VariableElement variable) {
        return variable.asType().toString().equals("java.lang.StringBuilder");
    }

    static boolean isIn(TypeMirror type) {
        if (type.getKind() == TypeKind.ARRAY) {
            return isIn(((ArrayType) type).getComponentType());
        }
        if (type.getKind() == TypeKind.TYPEVAR || type.getKind() == TypeKind.WILDCARD) {
            return true;
        }
        if (!(type instanceof DeclaredType declared) || type.getKind() != TypeKind.DECLARED) {
            return false;
        }
        var name = ((TypeElement) declared.asElement()).getQualifiedName().toString();
        return Set.of("java.lang.String", "java.lang.Object", "java.lang.CharSequence", "java.lang.StringBuilder")
                        .contains(name)
                || declared.getTypeArguments().stream().anyMatch(Text::isIn);
    }
}
