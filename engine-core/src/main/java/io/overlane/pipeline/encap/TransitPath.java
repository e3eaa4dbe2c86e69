// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.MacAddress;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.FloodBudget;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.Traffic;
import io.overlane.wire.EthernetHeader;
import org.jspecify.annotations.Nullable;

/**
 * Frames that leave and came from no port of their segment, see {@link Transit}: they leave under the outer header of
 * their segment, those of an L3 VNI under that of the context's first segment.
 */
public final class TransitPath implements EncapPath
{
    /** No station here sent these frames, so nobody gets an answer. */
    private static final OversizeListener NO_ANSWER = (frame, longestFrame) -> false;

    private final Port port;
    private final SegmentTable segments;
    private final Traffic ofL3;
    private final EncapShared shared;
    private final SendQueue out;
    private final Fates fates;
    private final EthernetHeader ethernet = new EthernetHeader();

    private int lastVni;
    private @Nullable Segment segment;
    /** Gives the outer header. */
    private @Nullable Segment outerOf;
    @SuppressWarnings("NullAway.Init")
    private OuterRule outer;

    /**
     * @param port with frames of {@link Transit}.
     * @param ofL3 counts the frames of L3 VNIs that are sent.
     */
    public TransitPath(
        final Port port, final SegmentTable segments, final Traffic ofL3, final EncapShared shared)
    {
        this.port = port;
        this.segments = segments;
        this.ofL3 = ofL3;
        this.shared = shared;
        out = shared.out;
        fates = shared.fates;
    }

    @Override
    public Port port()
    {
        return port;
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        lastVni = DropLedger.NO_VNI;
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            final int remote = Transit.remote(frame);
            final int vni = Transit.vni(frame);
            frame.strip(Transit.HEADER_LENGTH);
            fates.counters().onIn(1, frame.length());
            if (vni != lastVni)
            {
                flush();
                lastVni = vni;
                begin(vni);
            }
            if (outerOf == null || frame.verdict() != DropReason.NONE)
            {
                fates.drop(
                    outerOf == null ? DropReason.PORT_CLOSED : frame.verdict(),
                    outerOf == null ? DropLedger.NO_VNI : vni, frame, 1);
            }
            else
            {
                carry(frame, vni, remote);
            }
        }
        flush();
        fates.onBatchEnd();
    }

    private void flush()
    {
        out.flush();
        if (segment != null)
        {
            shared.local.flush();
        }
    }

    private void begin(final int vni)
    {
        segment = segments.lookup(vni);
        final Vrf vrf = segment == null ? shared.gateway.l3(vni) : null;
        final Link link = vrf == null ? null : vrf.firstLink();
        outerOf = segment == null && link != null ? link.segment() : segment;
        if (outerOf == null)
        {
            if (fates.feed() != null)
            {
                fates.feed().from(port);
            }
            return;
        }
        out.begin(port, vni, segment == null ? ofL3 : segment.encapTraffic(), NO_ANSWER);
        if (segment != null)
        {
            shared.local.begin(segment, segment.ports(), port);
        }
        outer = shared.outerRules.of(outerOf);
    }

    private void carry(final Frame frame, final int vni, final int remote)
    {
        final int layer3 = Layer3.of(frame, true);
        if (remote >= 0)
        {
            out.add(frame, null, layer3, remote, outer.of(frame, layer3));
        }
        else if (segment == null)
        {
            fates.drop(DropReason.NO_DESTINATION, vni, frame, 1);
        }
        else if (remote == Transit.TO_REMOTES)
        {
            toRemotes(segment, frame, layer3);
        }
        else
        {
            forward(segment, frame, layer3);
        }
    }

    private void forward(final Segment to, final Frame frame, final int layer3)
    {
        final long destination = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).destination();
        if (MacAddress.isGroup(destination))
        {
            flood(to, frame, layer3, true);
            return;
        }
        final long entry = shared.fdb.lookup(to.vni(), destination);
        if (entry == FdbEntry.MISSING)
        {
            fates.drop(DropReason.NO_DESTINATION, to.vni(), frame, 1);
            return;
        }
        final LocalPort local = to.ports().find(FdbEntry.remote(entry));
        if (local == null)
        {
            out.add(frame, null, layer3, FdbEntry.remote(entry), outer.of(frame, layer3));
        }
        else
        {
            shared.local.divert(frame, local.port(), 1);
        }
    }

    private void toRemotes(final Segment to, final Frame frame, final int layer3)
    {
        final FloodBudget budget = to.rules().floodBudget();
        final DropReason refusal = budget.isLimited() ?
            budget.take(1, to.floodList().remotes().length, out.clock().nanoTime()) : DropReason.NONE;
        if (refusal == DropReason.NONE)
        {
            flood(to, frame, layer3, false);
        }
        else
        {
            fates.drop(refusal, to.vni(), frame, 1);
        }
    }

    private void flood(final Segment to, final Frame frame, final int layer3, final boolean isToPorts)
    {
        final int[] remotes = to.floodList().remotes();
        shared.toPorts.clear();
        if (isToPorts)
        {
            shared.local.flood(frame, to.ports(), 1, shared.toPorts);
        }
        if (shared.toPorts.isEmpty() && remotes.length == 0)
        {
            fates.drop(DropReason.NO_DESTINATION, to.vni(), frame, 1);
        }
        else
        {
            out.flood(frame, null, layer3, remotes, outer.of(frame, layer3), shared.toPorts);
        }
    }
}
