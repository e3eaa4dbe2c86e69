// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Congestion marks on decap: all sixteen combinations, both IP versions, with and without tags. */
class EcnDecapTest
{
    private static final int DSCP = 0xB8;

    private final EngineHarness harness = EngineHarness.create();

    @BeforeEach
    void launch()
    {
        harness.launch(new SegmentContext(1));
    }

    @AfterEach
    void close()
    {
        harness.close();
    }

    /** Codepoints as on the wire: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE; -1 for a drop. */
    @ParameterizedTest(name = "inner {0} outer {1} gives {2}")
    @CsvSource({
        "0,0,0", "0,2,0", "0,1,0", "0,3,-1",
        "2,0,2", "2,2,2", "2,1,1", "2,3,3",
        "1,0,1", "1,2,1", "1,1,1", "1,3,3",
        "3,0,3", "3,2,3", "3,1,3", "3,3,3"})
    void shouldCombineMarksAsInRows29To32(final int inner, final int outer, final int expected)
    {
        assertCombined(FrameSpec.ipv4Udp(), inner, outer, expected);
        assertCombined(FrameSpec.ipv6Udp(), inner, outer, expected);
        assertCombined(FrameSpec.ipv4Udp().ipOptions(new byte[]{1, 1, 1, 0}), inner, outer, expected);
        assertCombined(FrameSpec.ipv4Udp().vlan(5), inner, outer, expected);
        assertCombined(FrameSpec.ipv6Udp().tag(0x88A8, 5).vlan(6), inner, outer, expected);
    }

    @Test
    void shouldLeaveWhatIsNotIpAloneInRow33()
    {
        final FrameSpec arp = FrameSpec.arpRequest("10.0.0.1", "10.0.0.2");
        harness.receive(EngineHarness.A, 3, FrameSpec.vxlan(arp).datagram());

        assertArrayEquals(arp.bytes(), harness.delivered().get(0));
    }

    @Test
    void shouldLookBehindTagUnlikeLinuxInRow34()
    {
        harness.receive(EngineHarness.A, 3, FrameSpec.vxlan(FrameSpec.ipv4Udp().vlan(5).tos(0)).datagram());

        harness.assertDatagramDropped(DropReason.ECN_NOT_CAPABLE, 1, EngineHarness.A);
    }

    @Test
    void shouldDeliverTagWithNothingBehindIt()
    {
        final FrameSpec cut = FrameSpec.ipv4Udp().vlan(5).truncate(16);
        harness.receive(EngineHarness.A, 3, FrameSpec.vxlan(cut).datagram());
        final FrameSpec cutHeader = FrameSpec.ipv4Udp().vlan(5).truncate(37);
        harness.receive(EngineHarness.A, 3, FrameSpec.vxlan(cutHeader).datagram());

        final List<byte[]> delivered = harness.delivered();
        assertArrayEquals(cut.bytes(), delivered.get(0));
        assertArrayEquals(cutHeader.bytes(), delivered.get(1));
    }

    private void assertCombined(final FrameSpec spec, final int inner, final int outer, final int expected)
    {
        final long droppedBefore = harness.decap().dropped(DropReason.ECN_NOT_CAPABLE);
        harness.receive(EngineHarness.A, outer, FrameSpec.vxlan(spec.tos(DSCP | inner)).datagram());
        final List<byte[]> delivered = harness.delivered();
        if (expected < 0)
        {
            assertTrue(delivered.isEmpty());
            assertEquals(droppedBefore + 1, harness.decap().dropped(DropReason.ECN_NOT_CAPABLE));
        }
        else
        {
            // The builder computes the header checksum anew, so this also proves our incremental update of it.
            assertArrayEquals(spec.tos(DSCP | expected).bytes(), delivered.get(0));
        }
    }
}
