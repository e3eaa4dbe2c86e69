package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.frame.Frame;
import io.overlane.pcap.PcapReader;
import io.overlane.segment.EcnPolicy;
import io.overlane.segment.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a Linux 6.18 vxlan device did with recorded packets, the engine does too: the same verdict and inner bytes.
 */
class KernelConformanceTest
{
    /** Linux does not look behind VLAN tags for ECN marks; we do. */
    private static final String VLAN_ECN = "VLAN-tagged";

    /** What became of one packet. */
    private record Outcome(DropReason verdict, byte[] inner)
    {
    }

    @TestFactory
    Stream<DynamicTest> shouldJudgeHeadersAndFramingAsLinuxDoes()
    {
        return tests(KernelCase.receiveCases("rx.pcap", "v6.pcap"));
    }

    @TestFactory
    Stream<DynamicTest> shouldDecapsulateEcnAsLinuxDoes()
    {
        return tests(KernelCase.receiveCases("ecn-decap.pcap").stream()
            .filter(kernel -> !kernel.test().contains(VLAN_ECN))
            .toList());
    }

    @TestFactory
    Stream<DynamicTest> shouldLookBehindVlanTagsForEcnWhereLinuxDoesNot()
    {
        final List<KernelCase> cases = KernelCase.receiveCases("ecn-decap.pcap").stream()
            .filter(kernel -> kernel.test().contains(VLAN_ECN))
            .toList();
        assertTrue(cases.size() >= 3);
        return cases.stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
        {
            final boolean isCapable = kernel.test().contains("inner ECT0");
            assertEquals(isCapable ? DropReason.NONE : DropReason.ECN_NOT_CAPABLE, replay(kernel).verdict());
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveMarksBehindVlanTagsAloneIfToldTo()
    {
        return KernelCase.receiveCases("ecn-decap.pcap").stream()
            .filter(kernel -> kernel.test().contains(VLAN_ECN))
            .map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
                assertSame(kernel, replay(kernel, EcnPolicy.UNTAGGED))));
    }

    private static Stream<DynamicTest> tests(final List<KernelCase> cases)
    {
        assertTrue(cases.size() >= 18, "cases: " + cases.size());
        return cases.stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () -> assertSame(kernel)));
    }

    private static void assertSame(final KernelCase kernel) throws IOException
    {
        assertSame(kernel, replay(kernel));
    }

    private static void assertSame(final KernelCase kernel, final Outcome outcome)
    {
        assertEquals(kernel.expectedVerdict(), outcome.verdict());
        if (kernel.delivered() > 0)
        {
            assertNotNull(outcome.inner());
            assertArrayEquals(kernel.inner(), outcome.inner());
        }
    }

    private static Outcome replay(final KernelCase kernel) throws IOException
    {
        return replay(kernel, EcnPolicy.RFC6040);
    }

    /** The outcome of the case's last packet: of fragments, the one that completes. */
    private static Outcome replay(final KernelCase kernel, final EcnPolicy ecn) throws IOException
    {
        final KernelCase.Device device = kernel.device();
        final SegmentContext segment = new SegmentContext(device.vni())
            .ecn(ecn)
            .ownMac(new MacAddress(KernelCase.OWN_MAC));
        if (device.gbp())
        {
            segment.reservedBits(VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK);
        }
        final PcapReader reader = PcapReader.open(kernel.capture());
        for (int i = 1; i < kernel.firstFrame(); i++)
        {
            assertTrue(reader.next());
        }
        final List<Outcome> outcomes = new ArrayList<>();
        try (Replay replay = new Replay(
            reader,
            device.outerStack(reader.linkType()),
            List.of(segment),
            (number, timestampNs, verdict, vni, outer, inner) ->
            {
                if (number <= kernel.lastFrame())
                {
                    outcomes.add(new Outcome(verdict, inner == null ? null : bytes(inner)));
                }
            }))
        {
            boolean goesOn = true;
            while (goesOn && outcomes.size() <= kernel.lastFrame() - kernel.firstFrame())
            {
                goesOn = replay.next();
            }
        }
        assertEquals(1 + kernel.lastFrame() - kernel.firstFrame(), outcomes.size());
        return outcomes.get(outcomes.size() - 1);
    }

    private static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }
}
