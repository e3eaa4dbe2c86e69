// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import org.jspecify.annotations.Nullable;

/** Frames that a stage of the way in sent to a remote: they leave under the outer header of their segment. */
public final class TransitPath implements EncapPath
{
    /** No station here sent these frames, so nobody gets an answer. */
    private static final OversizeListener NO_ANSWER = (frame, longestFrame) -> false;

    private final Port port;
    private final SegmentTable segments;
    private final SendQueue out;
    private final Fates fates;
    private final PathCounters counters;

    private @Nullable SegmentPolicy lastRules;
    @SuppressWarnings("NullAway.Init")
    private OuterRule outer;

    /** @param port with frames of {@link Transit}. */
    public TransitPath(final Port port, final SegmentTable segments, final EncapShared shared)
    {
        this.port = port;
        this.segments = segments;
        out = shared.out;
        fates = shared.fates;
        counters = shared.counters;
    }

    @Override
    public Port port()
    {
        return port;
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        Segment segment = null;
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            final int remote = Transit.remote(frame);
            final int vni = Transit.vni(frame);
            frame.strip(Transit.HEADER_LENGTH);
            counters.onIn(1, frame.length());
            if (segment == null || segment.vni() != vni)
            {
                out.flush();
                segment = segments.lookup(vni);
                begin(segment);
            }
            if (segment == null || frame.verdict() != DropReason.NONE)
            {
                drop(segment, frame);
            }
            else
            {
                final int layer3 = Layer3.of(frame, true);
                out.add(frame, null, layer3, remote, outer.of(frame, layer3));
            }
        }
        out.flush();
        fates.onBatchEnd();
    }

    private void drop(final @Nullable Segment segment, final Frame frame)
    {
        fates.drop(
            segment == null ? DropReason.PORT_CLOSED : frame.verdict(),
            segment == null ? DropLedger.NO_VNI : segment.vni(),
            frame,
            1);
    }

    private void begin(final @Nullable Segment segment)
    {
        if (segment != null)
        {
            out.begin(port, segment.vni(), segment.encapTraffic(), NO_ANSWER);
            final SegmentPolicy rules = segment.rules();
            if (rules != lastRules)
            {
                lastRules = rules;
                outer = new OuterRule(rules.outer());
            }
        }
        else if (fates.feed() != null)
        {
            fates.feed().from(port);
        }
    }
}
