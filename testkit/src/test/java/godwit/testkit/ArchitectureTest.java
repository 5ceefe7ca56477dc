package godwit.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses GODWIT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("godwit");
    private static final String[] OTHER_MODULES = {
        "godwit.postgres..", "godwit.embedded..", "godwit.demo..", "godwit.cli..", "godwit.testkit.."
    };
    private static final DescribedPredicate<JavaClass> CORE =
            JavaClass.Predicates.resideOutsideOfPackages(OTHER_MODULES).as("in core");

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("godwit.(*)..").should().beFreeOfCycles());
    }

    @Test
    void theRootPackageKnowsNoOther() {
        check(noClasses()
                .that()
                .resideInAPackage("godwit")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("godwit.*.."));
    }

    @Test
    void coreKnowsNoOtherModule() {
        check(noClasses().that(CORE).should().dependOnClassesThat().resideInAnyPackage(OTHER_MODULES));
    }

    @Test
    void onlyTheFilesPackageSeesTheParser() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("godwit.file..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("tools.jackson..", "com.fasterxml.jackson.."));
    }

    @Test
    void coreKnowsNoDatabaseDriver() {
        check(noClasses()
                .that(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql.."));
    }

    @Test
    void coreIsToldTheTimeAndNeverSleeps() {
        var rule = noClasses()
                .that(CORE)
                .and()
                .doNotHaveFullyQualifiedName("godwit.run.RealPace")
                .should();
        check(rule.callMethod(System.class, "currentTimeMillis"));
        check(rule.callMethod(System.class, "nanoTime"));
        check(rule.callMethod(Instant.class, "now"));
        check(rule.callMethod(Thread.class, "sleep", long.class));
    }

    @Test
    void onlyTheCommandsAndTheDemoTalkToTheTerminal() {
        var rule = noClasses()
                .that()
                .resideOutsideOfPackages("godwit.cli..", "godwit.demo..", "godwit.testkit..")
                .should();
        check(rule.accessField(System.class, "out"));
        check(rule.accessField(System.class, "err"));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(GODWIT);
    }
}
