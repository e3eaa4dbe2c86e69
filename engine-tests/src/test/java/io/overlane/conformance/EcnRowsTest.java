// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.Trial.datagram;
import static io.overlane.status.DropReason.ECN_NOT_CAPABLE;
import static io.overlane.status.DropReason.NONE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.policy.EcnPolicy;
import io.overlane.policy.PolicyProfile;
import io.overlane.testdata.FrameSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows 29 to 34: congestion marks of the outer header (RFC 6040 §4.2, figure 4). */
class EcnRowsTest
{
    private static final int NOT_ECT = 0;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;
    private static final int CE = 3;
    private static final int DSCP = 0xB8;
    private static final int DROPPED = -1;

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 29, behaviour = "as Linux; the drop is ecn-not-capable")
    void shouldDropCongestionOfWhatCannotCarryIt(final PolicyProfile profile)
    {
        assertRow(profile, NOT_ECT, NOT_ECT, NOT_ECT, NOT_ECT, DROPPED);
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 30)
    void shouldCarryMarksIntoEct0(final PolicyProfile profile)
    {
        assertRow(profile, ECT_0, ECT_0, ECT_0, ECT_1, CE);
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 31)
    void shouldCarryMarksIntoEct1(final PolicyProfile profile)
    {
        assertRow(profile, ECT_1, ECT_1, ECT_1, ECT_1, CE);
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 32)
    void shouldKeepCongestion(final PolicyProfile profile)
    {
        assertRow(profile, CE, CE, CE, CE, CE);
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 33)
    void shouldLeaveWhatIsNotIpAlone(final PolicyProfile profile)
    {
        final FrameSpec arp = FrameSpec.arpRequest("10.0.0.1", "10.0.0.2");
        final Trial trial = Trial.under(profile).tos(CE);
        assertEquals(NONE, trial.receive(datagram(arp)));
        assertArrayEquals(arp.bytes(), trial.delivered());
    }

    @Test
    @Conformance(row = 34, behaviour = "as without the tag: dropped, or marked",
        rfc7348 = "dropped: inner-vlan", strict = "dropped: inner-vlan",
        deviation = "we look behind tags, as RFC 6040 has no exception for them; EcnPolicy.UNTAGGED does as Linux")
    void shouldLookBehindTags()
    {
        final FrameSpec notCapable = FrameSpec.ipv4Udp().vlan(5).tos(NOT_ECT);
        final FrameSpec capable = FrameSpec.ipv6Udp().tag(0x88A8, 7).vlan(5).tos(ECT_0);
        assertEquals(ECN_NOT_CAPABLE, Trial.under(PolicyProfile.LINUX).tos(CE).receive(datagram(notCapable)));
        assertCarried(EcnPolicy.RFC6040, capable, capable.tos(CE));
        assertCarried(EcnPolicy.UNTAGGED, notCapable, notCapable);
        assertCarried(EcnPolicy.UNTAGGED, capable, capable);
    }

    @Test
    @Conformance(row = {29, 30})
    void shouldCarryNothingIfToldSo()
    {
        final FrameSpec notCapable = FrameSpec.ipv4Udp().tos(NOT_ECT);
        final FrameSpec capable = FrameSpec.ipv4Udp().tos(ECT_0);
        assertCarried(EcnPolicy.NONE, notCapable, notCapable);
        assertCarried(EcnPolicy.NONE, capable, capable);
        assertCarried(EcnPolicy.UNTAGGED, capable, capable.tos(CE));
    }

    private static void assertCarried(final EcnPolicy policy, final FrameSpec inner, final FrameSpec expected)
    {
        final Trial trial = Trial.with(PolicyProfile.LINUX, segment -> segment.policy(p -> p.ecn(policy))).tos(CE);
        assertEquals(NONE, trial.receive(datagram(inner)));
        assertArrayEquals(expected.bytes(), trial.delivered());
    }

    /** The last four are what the inner mark becomes under Not-ECT, ECT(0), ECT(1) and CE. */
    private static void assertRow(final PolicyProfile profile, final int inner, final int... expected)
    {
        final int[] outer = {NOT_ECT, ECT_0, ECT_1, CE};
        for (final FrameSpec frame : new FrameSpec[]{FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()})
        {
            for (int i = 0; i < outer.length; i++)
            {
                final Trial trial = Trial.under(profile).tos(outer[i]);
                final boolean isDropped = expected[i] == DROPPED;
                assertEquals(
                    isDropped ? ECN_NOT_CAPABLE : NONE, trial.receive(datagram(frame.tos(DSCP | inner))));
                if (!isDropped)
                {
                    // The builder computes the header checksum anew: this proves our incremental update of it too.
                    assertArrayEquals(frame.tos(DSCP | expected[i]).bytes(), trial.delivered());
                }
            }
        }
    }
}
