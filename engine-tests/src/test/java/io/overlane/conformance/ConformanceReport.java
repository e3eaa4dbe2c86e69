// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The text of {@code docs/conformance.md}: each row, what Linux does, what the engine does, and the tests of that. */
final class ConformanceReport
{
    private static final String AS_LINUX = "as Linux";

    private final List<ConformanceRow> rows;
    private final List<ConformanceProof> proofs;
    private final StringBuilder text = new StringBuilder();

    private ConformanceReport(final List<ConformanceRow> rows, final List<ConformanceProof> proofs)
    {
        this.rows = rows;
        this.proofs = proofs;
    }

    static String of(final List<ConformanceRow> rows, final List<ConformanceProof> proofs)
    {
        return new ConformanceReport(rows, proofs).write();
    }

    private String write()
    {
        final long proved = rows.stream().filter(row -> !proofs(row).isEmpty()).count();
        text.append("""
            # Conformance

            Generated from the tests with `@Conformance` and from
            [the list of rows](../engine-tests/src/test/resources/conformance-rows.txt); do not edit.

            Linux is the vxlan driver of kernel 6.18. *Overlane* is what the engine does by default, with the
            [profile](../engine-core/src/main/java/io/overlane/policy/PolicyProfile.java) `linux`; `rfc7348` and
            `strict` are named where they differ. Text in italics describes how the default differs from Linux.
            With the [fast path](fast-path.md#the-same-verdicts) each row has the same result, which a test of its own
            shows with real devices.

            """)
            .append(proved).append(" of ").append(rows.size())
            .append(" rows have tests; the others have a reason for having none.\n");
        String section = "";
        for (final ConformanceRow row : rows)
        {
            if (!row.section().equals(section))
            {
                section = row.section();
                text.append("\n## ").append(section).append("\n\n")
                    .append("| # | Input | Linux | Overlane | Tests |\n")
                    .append("|--:|---|---|---|---|\n");
            }
            write(row);
        }
        return text.toString();
    }

    private void write(final ConformanceRow row)
    {
        text.append("| ").append(row.number())
            .append(" | ").append(cell(row.input()))
            .append(" | ").append(cell(row.linux()))
            .append(" | ");
        final List<ConformanceProof> tests = proofs(row);
        if (tests.isEmpty())
        {
            text.append("left out: ").append(cell(row.leftOut()));
        }
        else
        {
            final String behaviour = said(tests, ConformanceProof::behaviour);
            text.append(cell(behaviour.isEmpty() ? AS_LINUX : behaviour));
            append("; `rfc7348`: ", said(tests, ConformanceProof::rfc7348), "");
            append("; `strict`: ", said(tests, ConformanceProof::strict), "");
            append("; *", said(tests, ConformanceProof::deviation), "*");
        }
        text.append(" | ");
        for (int i = 0; i < tests.size(); i++)
        {
            text.append(i == 0 ? "" : ", ")
                .append('[').append(tests.get(i).method()).append("](")
                .append(link(tests.get(i).file())).append(')');
        }
        text.append(tests.isEmpty() ? "none |\n" : " |\n");
    }

    private void append(final String before, final String words, final String after)
    {
        if (!words.isEmpty())
        {
            text.append(before).append(cell(words)).append(after);
        }
    }

    private List<ConformanceProof> proofs(final ConformanceRow row)
    {
        return proofs.stream().filter(proof -> proof.rows().contains(row.number())).toList();
    }

    private static String said(final List<ConformanceProof> tests, final Function<ConformanceProof, String> what)
    {
        return tests.stream().map(what).filter(words -> !words.isEmpty()).findFirst().orElse("");
    }

    private static String cell(final String words)
    {
        return words.replace("|", "\\|");
    }

    private static String link(final Path file)
    {
        return "../" + file.toString().replace('\\', '/');
    }
}
