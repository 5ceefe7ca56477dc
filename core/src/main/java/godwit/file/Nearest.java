package godwit.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The word that somebody probably meant (Levenshtein's distance, over two rows of its table). */
final class Nearest {
    private static final int CHANGES_MAX = 4;

    private Nearest() {}

    /** Empty when none of the words is near enough: most of a short word has to be the same. */
    static Optional<String> of(String word, Collection<String> words) {
        return words.stream()
                .filter(known -> distance(word, known) <= Math.min(CHANGES_MAX, word.length() / 2))
                .min(Comparator.comparingInt(known -> distance(word, known)));
    }

    private static int distance(String a, String b) {
        var before = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            var now = new int[b.length() + 1];
            now[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var changed = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(changed, Math.min(before[j], now[j - 1]) + 1);
            }
            before = now;
        }
        return before[b.length()];
    }
}
