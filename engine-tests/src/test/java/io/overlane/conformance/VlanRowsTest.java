// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.Trial.datagram;
import static io.overlane.status.DropReason.INNER_IP_TRUNCATED;
import static io.overlane.status.DropReason.INNER_TOO_SHORT;
import static io.overlane.status.DropReason.INNER_VLAN;
import static io.overlane.status.DropReason.NONE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.VlanPolicy;
import io.overlane.port.VlanTrunk;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.DropSamples;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** VLAN tags inside the tunnel (RFC 7348 §6.1), and tags that select the tunnel. */
class VlanRowsTest
{
    private static final FrameSpec INNER = FrameSpec.ipv4Udp().payload("inner");
    private static final FrameSpec TAGGED = INNER.vlan(100);
    private static final FrameSpec PRIORITY = INNER.vlan(5 << 13);
    private static final FrameSpec TWICE = INNER.tag(0x88A8, 200).vlan(100);
    private static final FrameSpec THRICE = INNER.vlan(1).vlan(2).vlan(3);
    private static final FrameSpec EIGHT_TAGS = THRICE.vlan(4).vlan(5).vlan(6).vlan(7).vlan(8);

    @Test
    @Conformance(row = 28, behaviour = "delivered with the tag", rfc7348 = "dropped: inner-vlan",
        strict = "dropped: inner-vlan", deviation = "pass, strip or drop")
    void shouldJudgeTagOnReceipt()
    {
        for (final FrameSpec inner : new FrameSpec[]{TAGGED, PRIORITY, TWICE, THRICE})
        {
            Trial.assertVerdicts(datagram(inner), NONE, INNER_VLAN, INNER_VLAN);
            final Trial passing = Trial.under(PolicyProfile.LINUX);
            passing.receive(datagram(inner));
            assertArrayEquals(inner.bytes(), passing.delivered());
        }
    }

    @Test
    @Conformance(row = 28)
    void shouldStripTagsOnReceiptIfToldTo()
    {
        for (final FrameSpec inner : new FrameSpec[]{INNER, TAGGED, PRIORITY, TWICE, THRICE})
        {
            assertEquals(NONE, stripped(inner));
        }
        assertEquals(INNER_VLAN, stripped(EIGHT_TAGS));
        assertEquals(INNER_TOO_SHORT, stripped(TAGGED.truncate(16)));
        assertEquals(INNER_IP_TRUNCATED, stripped(TAGGED.truncate(14 + 4 + 19)));
    }

    /** What an external device takes from its tunnel information, a trunk takes from the tag. */
    @Test
    @Conformance(row = 108, behaviour = "on a trunk, whose tags select segments: dropped: unknown-vlan, where the " +
        "tag or the lack of one selects none", deviation = "no external mode: a tag stands for the tunnel information")
    void shouldDropWhatSelectsNoSegment()
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            final LoopbackPort device = new LoopbackPort("tap0", 1450, 16);
            final VlanTrunk trunk = new VlanTrunk(device, 16);
            harness.context().segment(new SegmentContext(Trial.VNI).port(trunk.vlan(7)).flood(EngineHarness.A));
            harness.launch();
            for (final FrameSpec frame : new FrameSpec[]{INNER, INNER.vlan(8), PRIORITY})
            {
                device.put(frame.bytes());
                harness.run();
            }
            assertEquals(0, harness.sentTo(EngineHarness.A).size());
            assertEquals(3, harness.encap().dropped(DropReason.UNKNOWN_VLAN));
            assertEquals(3, EngineHarness.ledger(
                harness.encap(), DropReason.UNKNOWN_VLAN, DropLedger.NO_VNI, null));

            device.put(INNER.vlan(7).bytes());
            harness.run();
            assertEquals(1, harness.sentTo(EngineHarness.A).size());
        }
    }

    @Test
    @Conformance(row = 75, rfc7348 = "sent without the tag", strict = "dropped: inner-vlan",
        deviation = "pass, strip or drop")
    void shouldJudgeTagOfThePort()
    {
        assertSent(PolicyProfile.LINUX, TAGGED, TAGGED);
        assertSent(PolicyProfile.RFC7348, TAGGED, INNER);
        assertSent(PolicyProfile.RFC7348, PRIORITY, INNER);
        assertSent(PolicyProfile.RFC7348, TWICE, INNER);
        assertSent(PolicyProfile.RFC7348, INNER, INNER);
        assertSent(PolicyProfile.RFC7348, THRICE, INNER);
        assertRefused(PolicyProfile.RFC7348, EIGHT_TAGS);
        assertRefused(PolicyProfile.RFC7348, TAGGED.truncate(16));
        assertRefused(PolicyProfile.STRICT, TAGGED);
        assertRefused(PolicyProfile.STRICT, PRIORITY);
        assertSent(PolicyProfile.STRICT, INNER, INNER);
    }

    private static DropReason stripped(final FrameSpec inner)
    {
        final Trial trial =
            Trial.with(PolicyProfile.STRICT, segment -> segment.policy(p -> p.decapVlan(VlanPolicy.STRIP)));
        final DropReason verdict = trial.receive(datagram(inner));
        if (verdict == NONE)
        {
            assertArrayEquals(INNER.bytes(), trial.delivered());
        }
        return verdict;
    }

    private static void assertSent(final PolicyProfile profile, final FrameSpec frame, final FrameSpec sent)
    {
        try (EngineHarness harness = transmit(profile, frame))
        {
            assertArrayEquals(datagram(sent).datagram(), harness.sentTo(EngineHarness.A).get(0));
        }
    }

    private static void assertRefused(final PolicyProfile profile, final FrameSpec frame)
    {
        try (EngineHarness harness = transmit(profile, frame))
        {
            harness.assertFrameDropped(INNER_VLAN, Trial.VNI, null);
            final byte[] bytes = frame.bytes();
            assertArrayEquals(
                Arrays.copyOf(bytes, Math.min(bytes.length, DropSamples.MAX_BYTES)),
                harness.encap().samples().last(INNER_VLAN).get(0).bytes());
        }
    }

    private static EngineHarness transmit(final PolicyProfile profile, final FrameSpec frame)
    {
        final EngineHarness harness = EngineHarness.create();
        harness.launch(new SegmentContext(Trial.VNI).policy(p -> p.profile(profile)).flood(EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(frame.bytes());
        return harness;
    }
}
