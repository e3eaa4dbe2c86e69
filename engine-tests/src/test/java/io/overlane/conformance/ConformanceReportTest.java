// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/conformance.md} equal to what the tests say; with {@code -Ddocs.write} writes it. */
class ConformanceReportTest
{
    private static final String HOW = "docs/conformance.md is not what the tests say; write it anew with\n" +
        "    mvn -q test -pl engine-tests -am -Dtest=ConformanceReportTest -Ddocs.write" +
        " -Dsurefire.failIfNoSpecifiedTests=false\n";

    @Test
    void shouldNumberRowsWithoutGaps()
    {
        assertEquals(
            IntStream.rangeClosed(1, 139).boxed().toList(),
            ConformanceRow.all().stream().map(ConformanceRow::number).toList());
    }

    @Test
    void shouldProveOnlyRowsThereAre() throws IOException
    {
        for (final ConformanceProof proof : proofs())
        {
            assertTrue(!proof.rows().isEmpty() && proof.rows().stream().allMatch(row -> row >= 1 && row <= 139),
                () -> "no such row: " + proof);
        }
    }

    @Test
    void shouldSayWhyARowHasNoTest() throws IOException
    {
        final List<ConformanceProof> proofs = proofs();
        for (final ConformanceRow row : ConformanceRow.all())
        {
            final boolean isProved = proofs.stream().anyMatch(proof -> proof.rows().contains(row.number()));
            assertEquals(isProved, row.leftOut().isEmpty(),
                () -> row + (isProved ? " has a test, and a reason for none" : " has neither a test nor a reason"));
        }
    }

    /** Both see the same annotations: what is compiled here, and what the parser found in the sources of this class. */
    @Test
    void shouldReadWhatTheCompilerReads() throws Exception
    {
        final Conformance compiled = HeaderRowsTest.class
            .getDeclaredMethod("shouldDeliverGroupPolicyWhereItsBitsAreLeftOut").getAnnotation(Conformance.class);
        final ConformanceProof parsed = proofs().stream()
            .filter(proof -> proof.method().equals("shouldDeliverGroupPolicyWhereItsBitsAreLeftOut"))
            .findFirst().orElseThrow();
        assertEquals(List.of(compiled.row()[0]), parsed.rows());
        assertEquals(compiled.behaviour(), parsed.behaviour());
        assertEquals(compiled.rfc7348(), parsed.rfc7348());
        assertEquals(compiled.strict(), parsed.strict());
        assertEquals(compiled.deviation(), parsed.deviation());
    }

    @Test
    void shouldDescribeWhatIsTested() throws IOException
    {
        final Path document = root().resolve("docs/conformance.md");
        final String text = ConformanceReport.of(ConformanceRow.all(), proofs());
        if (System.getProperty("docs.write") != null)
        {
            Files.writeString(document, text, StandardCharsets.UTF_8);
        }
        final String written = Files.exists(document) ? Files.readString(document, StandardCharsets.UTF_8) : "";
        assertTrue(text.equals(written), HOW);
    }

    private static List<ConformanceProof> proofs() throws IOException
    {
        assumeTrue(ToolProvider.getSystemJavaCompiler() != null, "a JRE cannot parse the tests: no compiler");
        return ConformanceProofs.find(root());
    }

    /** The project, where the tests run in one of its modules. */
    private static Path root()
    {
        final Path root = Path.of("").toAbsolutePath().getParent();
        assumeTrue(Files.isDirectory(root.resolve("docs")), "not in the project's tree: " + root);
        return root;
    }
}
