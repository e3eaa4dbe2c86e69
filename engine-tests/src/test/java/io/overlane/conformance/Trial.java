// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.List;
import java.util.function.UnaryOperator;

/** One datagram to a fresh engine whose only segment floods to {@link EngineHarness#A}, and what became of it. */
final class Trial
{
    static final int VNI = 42;

    private final UnaryOperator<SegmentContext> settings;
    private Vtep from = EngineHarness.A;
    private int tos;
    private byte[] delivered;
    private DropReason verdict;

    private Trial(final UnaryOperator<SegmentContext> settings)
    {
        this.settings = settings;
    }

    /** Under a profile and nothing else. */
    static Trial under(final PolicyProfile profile)
    {
        return with(profile, segment -> segment);
    }

    /** Under a profile and what is set after it. */
    static Trial with(final PolicyProfile profile, final UnaryOperator<SegmentContext> settings)
    {
        return new Trial(segment -> settings.apply(segment.policy(p -> p.profile(profile))));
    }

    /** Three verdicts: of {@code linux}, {@code rfc7348} and {@code strict}. */
    static void assertVerdicts(
        final FrameSpec datagram, final DropReason linux, final DropReason rfc7348, final DropReason strict)
    {
        assertVerdicts(segment -> segment, datagram.datagram(), linux, rfc7348, strict);
    }

    /** The same with settings of one's own. */
    static void assertVerdicts(
        final UnaryOperator<SegmentContext> settings,
        final byte[] datagram,
        final DropReason linux,
        final DropReason rfc7348,
        final DropReason strict)
    {
        assertEquals(linux, with(PolicyProfile.LINUX, settings).receive(datagram), "linux");
        assertEquals(rfc7348, with(PolicyProfile.RFC7348, settings).receive(datagram), "rfc7348");
        assertEquals(strict, with(PolicyProfile.STRICT, settings).receive(datagram), "strict");
    }

    Trial from(final Vtep sender)
    {
        from = sender;
        return this;
    }

    Trial tos(final int outerTos)
    {
        tos = outerTos;
        return this;
    }

    DropReason receive(final FrameSpec datagram)
    {
        return receive(datagram.datagram());
    }

    /** Also holds the engine to its counters: one fate, and for a drop one line of the ledger and one sample. */
    DropReason receive(final byte[] datagram)
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            harness.launch(settings.apply(new SegmentContext(VNI).flood(EngineHarness.A)));
            harness.receive(from, tos, datagram);
            verdict = DropReason.NONE;
            for (int i = 1; i < DropReason.count(); i++)
            {
                final DropReason reason = DropReason.get(i);
                assertEquals(harness.decap().dropped(reason), harness.decap().samples().last(reason).size());
                verdict = harness.decap().dropped(reason) > 0 ? reason : verdict;
            }
            final List<byte[]> frames = harness.delivered();
            assertEquals(verdict == DropReason.NONE ? 1 : 0, frames.size(), verdict::label);
            assertEquals(1 - frames.size(), harness.decap().dropped());
            assertEquals(List.of(), harness.sentTo(from), "nothing goes back");
            delivered = frames.isEmpty() ? null : frames.get(0);
        }
        return verdict;
    }

    /** What the port was given; null if nothing. */
    byte[] delivered()
    {
        return delivered;
    }

    static FrameSpec datagram(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner).vni(VNI);
    }
}
