package godwit.postgres.verify;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.verify.OtherDifference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TwoServers.class)
class SequenceComparisonTest {
    @Test
    void sequencesThatWouldHandOutANumberTwiceAreTold(TwoDatabases databases) {
        databases.both("""
                CREATE SEQUENCE same; CREATE SEQUENCE ahead; CREATE SEQUENCE behind; CREATE SEQUENCE "not Called";
                CREATE SEQUENCE down INCREMENT -1; CREATE SEQUENCE "down Ahead" INCREMENT -1; CREATE SEQUENCE step;
                CREATE SEQUENCE gone; CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY)""");
        databases.leader().execute("""
                SELECT setval('public.same', 7), setval('public.ahead', 7), setval('public.behind', 7),
                    setval('public.down', -7), setval('public."down Ahead"', -7), setval('public.t_id_seq', 7),
                    setval('public."not Called"', 7)""");
        databases.follower().execute("""
                SELECT setval('public.same', 8, false), setval('public.ahead', 9), setval('public.behind', 6),
                    setval('public.down', -6), setval('public."down Ahead"', -8), setval('public.t_id_seq', 6),
                    setval('public."not Called"', 7, false)""");
        databases.follower().execute("DROP SEQUENCE public.gone; ALTER SEQUENCE public.step INCREMENT 2");

        var found = compare(databases);

        assertThat(found)
                .extracting(each -> each.kind() + " " + each.object())
                .containsExactlyInAnyOrder(
                        "sequence-behind public.behind",
                        "sequence-behind public.down",
                        "sequence-behind public.t_id_seq",
                        "sequence-behind public.not Called",
                        "sequence-missing public.gone",
                        "sequence-increment public.step");
        assertThat(found)
                .filteredOn(each -> each.object().equals("public.behind"))
                .first()
                .isEqualTo(new OtherDifference(
                        "sequence-behind", "public.behind", "comes to 8 next on the leader and to 7 on the follower"));
    }

    private static List<OtherDifference> compare(TwoDatabases databases) {
        return new SequenceComparison(
                        databases.leader().connection(), databases.follower().connection())
                .compare(name -> true);
    }
}
