// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import io.overlane.kernel.TransmitOutcome;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelCases;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelDifference;
import io.overlane.testdata.kernel.KernelDifferences;
import io.overlane.testdata.kernel.KernelSuite;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The text of {@code docs/kernel-captures.md}: what was recorded of Linux, and where the engine does otherwise. */
final class KernelReport
{
    private static final int LONGEST_VALUE = 100;

    private static final Map<String, String> SECTIONS = Map.ofEntries(
        Map.entry("rx", "Header and framing on receipt"),
        Map.entry("ecn-decap", "Congestion marks on receipt"),
        Map.entry("learn", "Learning, one case after the other"),
        Map.entry("tx", "Encapsulation"),
        Map.entry("mtu", "MTU"),
        Map.entry("proxy", "ARP and neighbour discovery"),
        Map.entry("fdb", "Operations on the FDB, one after the other"),
        Map.entry("device", "Devices"),
        Map.entry("v6", "IPv6 underlay"),
        Map.entry("bridge", "Reflection"),
        Map.entry("ageing", "Ageing"));

    private final StringBuilder text = new StringBuilder();
    private final List<KernelCase> cases = KernelCases.all();
    private final Map<KernelCase, Map<String, String>> sent = TransmitOutcome.ofKernel(KernelSuite.TRANSMIT.cases());

    private KernelReport()
    {
    }

    static String write()
    {
        final KernelReport report = new KernelReport();
        report.introduce();
        report.differences();
        report.cases();
        return report.text.toString();
    }

    private void introduce()
    {
        final long different = cases.stream().filter(kernel -> !KernelDifferences.of(kernel).isEmpty()).count();
        final int leftOut = KernelSuite.LEFT_OUT.size();
        text.append(String.format("""
            # Recordings of Linux, compared

            Made by `KernelReportTest` from the [recordings](../testdata/src/main/resources/kernel/ORIGIN.md) of the
            vxlan driver of Linux 6.18.44 and the list of
            [differences](../testdata/src/main/java/io/overlane/testdata/kernel/KernelDifferences.java); do not
            edit. The engine is set up like the device, with the profile `linux` and its defaults, and gets the same
            input. A test fails for each difference that is not listed, and for each listed one that does not occur.

            Of %d cases %d agree, %d differ exactly as listed, %d is left out.

            The tests compare verdicts and bytes of frames, outer headers, copies, answers, entries of the FDB and
            results of operations. They do not compare counters: Linux has some for each device, the engine has one
            for each reason, segment and remote. Of outer source ports they compare the range, and which frames have
            the same port, because the values depend on a seed of the kernel. Linux includes a VLAN tag in the flow
            and the engine does not; this does not count as a difference.

            | Test | Cases |
            |---|--:|
            """, cases.size(), cases.size() - different - leftOut, different, leftOut));
        for (final KernelSuite suite : KernelSuite.values())
        {
            final String name = suite.file().substring(suite.file().lastIndexOf('/') + 1).replace(".java", "");
            text.append("| [").append(name).append("](../").append(suite.file()).append(") | ")
                .append(suite.cases().size()).append(" |\n");
        }
        KernelSuite.LEFT_OUT.forEach((name, reason) ->
            text.append("\nLeft out is \"").append(name).append("\": ").append(reason).append(".\n"));
    }

    private void differences()
    {
        text.append("\n## Differences\n\nThe row is that of [conformance](conformance.md).\n\n")
            .append("| Row | Of what | Linux | Overlane | Why | Cases |\n|--:|---|---|---|---|--:|\n");
        for (final KernelDifference difference : KernelDifferences.all())
        {
            text.append("| ").append(difference.row())
                .append(" | ").append(difference.aspect())
                .append(" | ").append(value(difference.kernel()))
                .append(" | ").append(value(difference.engine()))
                .append(" | ").append(difference.reason())
                .append(" | ").append(cases.stream().filter(difference::isOf).count()).append(" |\n");
        }
    }

    private void cases()
    {
        String section = "";
        for (final KernelCase kernel : cases)
        {
            if (!kernel.section().equals(section))
            {
                section = kernel.section();
                text.append("\n## ").append(SECTIONS.get(section)).append("\n\n")
                    .append("| Case | Linux | Overlane |\n|---|---|---|\n");
            }
            text.append("| ").append(kernel.name().replace("|", "\\|"))
                .append(" | ").append(linux(kernel))
                .append(" | ").append(engine(kernel)).append(" |\n");
        }
    }

    private String linux(final KernelCase kernel)
    {
        if (sent.containsKey(kernel))
        {
            return transmitted(sent.get(kernel));
        }
        for (final String word : List.of("result", "says"))
        {
            if (kernel.lines().containsKey(word))
            {
                return String.join("; ", kernel.all(word));
            }
        }
        if (kernel.isDropped())
        {
            return "dropped: " + String.join(", ", kernel.dropReasons());
        }
        final List<String> changes = kernel.all("learned");
        return kernel.capture() == null ? "FDB: " + String.join("; ", kernel.all("fdb")) :
            "delivered" + (changes.isEmpty() ? "" : "; learned " + String.join("; ", changes));
    }

    private static String transmitted(final Map<String, String> outcome)
    {
        final String fate = outcome.get(KernelComparison.FATE);
        final String answer = outcome.get("answer");
        if (!outcome.containsKey("copies to"))
        {
            return fate + (answer.equals("none") ? "" : ": " + answer);
        }
        return fate + " to " + outcome.get("copies to") + Arrays.stream(new String[]{"TOS", "TTL", "DF"})
            .map(field -> ", " + field + " " + outcome.get(field))
            .collect(Collectors.joining()) + ", checksum " + outcome.get(TransmitOutcome.CHECKSUM);
    }

    private static String engine(final KernelCase kernel)
    {
        if (KernelSuite.LEFT_OUT.containsKey(kernel.name()))
        {
            return "left out";
        }
        final List<KernelDifference> differences = KernelDifferences.of(kernel);
        return differences.isEmpty() ? "the same" : differences.stream()
            .map(difference -> difference.aspect() + ": " + value(difference.engine()) +
                " (row " + difference.row() + ")")
            .collect(Collectors.joining("; "));
    }

    private static String value(final String value)
    {
        return value.length() <= LONGEST_VALUE ? value :
            value.substring(0, LONGEST_VALUE / 4) + "… (" + value.length() / 2 + " bytes)";
    }
}
