package godwit.testkit.sqltext;

import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;

/**
 * What is fit for SQL although it is put together from raw text.
 *
 * @param types by their full names: their methods {@code sql} and {@code toString} quote what they hold
 * @param readers methods, as {@code Type.method}, that give text from outside: what they are asked for is told
 * @param members methods, fields and components, as {@code Type.member}, each with the reason
 */
public record Trust(Set<String> types, Set<String> readers, Map<String, String> members) {
    public Trust {
        types = Set.copyOf(types);
        readers = Set.copyOf(readers);
        members = Map.copyOf(members);
    }

    boolean quotes(TypeMirror type) {
        return type instanceof DeclaredType declared
                && types.contains(
                        ((TypeElement) declared.asElement()).getQualifiedName().toString());
    }

    boolean reads(Element method) {
        return readers.contains(Sources.owner(method).getSimpleName() + "." + method.getSimpleName());
    }

    boolean isTrusted(Element member) {
        var owner = member.getEnclosingElement();
        if (!(owner instanceof TypeElement type)) {
            return false;
        }
        var name = member.getSimpleName().toString();
        return members.containsKey(type.getSimpleName() + "." + name)
                || (name.equals("sql") && types.contains(type.getQualifiedName().toString()));
    }
}
