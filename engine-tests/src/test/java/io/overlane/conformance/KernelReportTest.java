// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelCases;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelDifference;
import io.overlane.testdata.kernel.KernelDifferences;
import io.overlane.testdata.kernel.KernelSuite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Every recorded case is compared by a test or left out for a reason, and every difference is documented; keeps
 * {@code docs/kernel-captures.md} equal to both. With {@code -Ddocs.write} writes it.
 */
class KernelReportTest
{
    private static final int RECORDED = 196;

    @Test
    void shouldCompareEveryCaseOrSayWhyNot()
    {
        final List<KernelCase> cases = KernelCases.all();
        assertEquals(RECORDED, cases.size());
        for (final KernelCase kernel : cases)
        {
            final boolean isCompared = Arrays.stream(KernelSuite.values()).anyMatch(suite -> suite.has(kernel));
            assertEquals(!isCompared, KernelSuite.LEFT_OUT.containsKey(kernel.name()), kernel.toString());
        }
        KernelSuite.LEFT_OUT.keySet().forEach(KernelCases::named);
    }

    @Test
    void shouldNameTestsThatGoThroughTheirCases() throws IOException
    {
        for (final KernelSuite suite : KernelSuite.values())
        {
            assertTrue(!suite.cases().isEmpty(), suite.name());
            final String source = Files.readString(root().resolve(suite.file()), StandardCharsets.UTF_8);
            assertTrue(source.contains("KernelSuite." + suite.name() + ".cases()"), suite.file());
            assertTrue(source.contains("KernelComparison.problems("), suite.file());
        }
    }

    @Test
    void shouldListNoDifferenceWithoutACase()
    {
        for (final KernelDifference difference : KernelDifferences.all())
        {
            assertTrue(KernelCases.all().stream().anyMatch(difference::isOf), difference::toString);
            assertTrue(!difference.kernel().equals(difference.engine()), difference::toString);
        }
    }

    @Test
    void shouldListOnlyDifferencesTheConformanceListHas() throws IOException
    {
        assumeTrue(ToolProvider.getSystemJavaCompiler() != null, "a JRE cannot parse the tests: no compiler");
        final List<ConformanceProof> proofs = ConformanceProofs.find(root());
        for (final KernelDifference difference : KernelDifferences.all())
        {
            assertTrue(proofs.stream().anyMatch(proof ->
                proof.rows().contains(difference.row()) && !proof.deviation().isEmpty()), difference::toString);
        }
    }

    /** A comparison that finds nothing proves nothing unless it can find something. */
    @Test
    void shouldFindWhatIsNotAsListed()
    {
        final KernelCase plain = KernelCases.named("good, udp csum 0");
        final Map<String, String> linux = Map.of("fate", "sent", "TOS", "0x00");
        assertEquals(0, problems(plain, linux, linux));
        assertEquals(1, problems(plain, linux, Map.of("fate", "sent", "TOS", "0x01")));
        assertEquals(1, problems(plain, linux, Map.of("fate", "sent")));
        assertEquals(1, problems(plain, Map.of("fate", "sent"), linux));
        assertEquals(1, problems(plain, linux, Map.of("fate", "dropped: oversize")));

        final KernelCase listed = KernelCases.named("known unicast, defaults");
        assertEquals(0, problems(listed, Map.of("DF", "0"), Map.of("DF", "1")));
        assertEquals(1, problems(listed, Map.of("DF", "0"), Map.of("DF", "0")), "listed, and is none");
        assertEquals(1, problems(listed, Map.of("DF", "0"), Map.of("DF", "2")), "another than listed");
        assertEquals(1, problems(listed, linux, linux), "nothing to compare");
    }

    @Test
    void shouldDescribeWhatIsCompared() throws IOException
    {
        final Path document = root().resolve("docs/kernel-captures.md");
        final String text = KernelReport.write();
        if (System.getProperty("docs.write") != null)
        {
            Files.writeString(document, text, StandardCharsets.UTF_8);
        }
        final String written = Files.exists(document) ? Files.readString(document, StandardCharsets.UTF_8) : "";
        assertTrue(text.equals(written), "docs/kernel-captures.md is not what is recorded; write it anew with\n" +
            "    mvn -q test -pl engine-tests -am -Dtest='*ReportTest' -Ddocs.write" +
            " -Dsurefire.failIfNoSpecifiedTests=false\n");
    }

    private static int problems(
        final KernelCase kernel, final Map<String, String> linux, final Map<String, String> engine)
    {
        return KernelComparison.problems(kernel, linux, engine, Set.of()).size();
    }

    /** The project, where the tests run in one of its modules. */
    private static Path root()
    {
        final Path root = Path.of("").toAbsolutePath().getParent();
        assumeTrue(Files.isDirectory(root.resolve("docs")), "not in the project's tree: " + root);
        return root;
    }
}
