// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static io.overlane.testdata.kernel.KernelComparison.FATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.engine.EngineContext;
import io.overlane.kernel.KernelWords;
import io.overlane.kernel.Recordings;
import io.overlane.pcap.CaptureReader;
import io.overlane.policy.EcnPolicy;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.Hex;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelCases;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a Linux 6.18 vxlan device did with recorded packets, the engine does too: the same verdict and inner bytes.
 */
class KernelConformanceTest
{
    private static final String INNER = "inner frame";
    private static final String TABLE = "ECN decap table";

    @TestFactory
    Stream<DynamicTest> shouldReceiveAsLinuxDoes()
    {
        return KernelSuite.RECEIVE.cases().stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
        {
            final boolean isTable = kernel.name().startsWith(TABLE);
            assertEquals(List.of(), KernelComparison.problems(
                kernel, isTable ? table(kernel) : recorded(kernel), isTable ? table() : replay(kernel), Set.of()));
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveMarksBehindVlanTagsAloneIfToldTo()
    {
        final List<KernelCase> tagged =
            KernelSuite.RECEIVE.cases().stream().filter(kernel -> kernel.name().contains("VLAN-tagged")).toList();
        assertTrue(tagged.size() >= 3);
        return tagged.stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
        {
            assertNotEquals(recorded(kernel), replay(kernel));
            assertEquals(recorded(kernel), replay(kernel, EcnPolicy.UNTAGGED));
        }));
    }

    private static Map<String, String> recorded(final KernelCase kernel)
    {
        return Map.of(
            FATE, KernelWords.fate(KernelWords.verdict(kernel)),
            INNER, kernel.isDropped() ? "none" : Hex.of(kernel.frame("delivered")));
    }

    /** The marks of all sixteen pairs as the kernel's own summary has them. */
    private static Map<String, String> table(final KernelCase kernel)
    {
        final Map<String, String> cells = new TreeMap<>();
        for (final String says : kernel.all("says"))
        {
            final int colon = says.indexOf(": ");
            cells.put(says.substring(0, colon), says.substring(colon + 2));
        }
        assertEquals(16, cells.size());
        return cells;
    }

    /** The same as the engine makes them of the recorded packets. */
    private static Map<String, String> table() throws IOException
    {
        final String[] marks = {"NotECT", "ECT1", "ECT0", "CE"};
        final Map<String, String> cells = new TreeMap<>();
        for (final String inner : marks)
        {
            for (final String outer : marks)
            {
                final Map<String, String> outcome =
                    replay(KernelCases.named("ecn decap inner " + inner + " outer " + outer));
                final String frame = outcome.get(INNER);
                cells.put("inner " + inner + " outer " + outer, frame.equals("none") ? "drop" :
                    marks[Integer.parseInt(frame, 30, 32, 16) & 3]);
            }
        }
        return cells;
    }

    private static Map<String, String> replay(final KernelCase kernel) throws IOException
    {
        return replay(kernel, EcnPolicy.RFC6040);
    }

    /** The outcome of the case's last packet: of fragments, the one that completes. */
    private static Map<String, String> replay(final KernelCase kernel, final EcnPolicy ecn) throws IOException
    {
        final SegmentContext segment = new SegmentContext(kernel.number("id", -1))
            .policy(p -> p.ecn(ecn))
            .ownMac(new MacAddress(KernelCase.OWN_MAC));
        if (kernel.has("gbp"))
        {
            segment.policy(p -> p.reservedBits(VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK));
        }
        final CaptureReader reader = Recordings.open(kernel);
        for (int i = 1; i < kernel.firstPacket(); i++)
        {
            assertTrue(reader.next());
        }
        final List<Map<String, String>> outcomes = new ArrayList<>();
        try (Replay replay = new Replay(
            reader,
            Recordings.outerStack(kernel),
            new EngineContext().segment(segment),
            packet ->
            {
                if (packet.record() <= kernel.lastPacket())
                {
                    outcomes.add(Map.of(
                        FATE, KernelWords.fate(packet.reason()),
                        INNER, packet.frames().isEmpty() ? "none" : Hex.of(packet.frames().get(0).bytes())));
                }
            }))
        {
            boolean goesOn = true;
            while (goesOn && outcomes.size() <= kernel.lastPacket() - kernel.firstPacket())
            {
                goesOn = replay.next();
            }
        }
        assertEquals(1 + kernel.lastPacket() - kernel.firstPacket(), outcomes.size());
        return outcomes.get(outcomes.size() - 1);
    }
}
