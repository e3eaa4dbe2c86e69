package io.overlane.pipeline;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import io.overlane.wire.VxlanHeader;

/**
 * Ethernet frames of one segment's port become VXLAN datagrams (RFC 7348 §5; Linux {@code vxlan_xmit}).
 *
 * <p>The destination MAC is looked up in the FDB; what has no entry goes to every remote of the flood list, and ARP
 * requests and neighbour solicitations for known neighbours are answered instead. The header is written into the
 * frame's headroom, once, however many remotes get it.
 */
public final class VxlanEncapPath implements EncapPath
{
    private final Segment segment;
    private final Fdb fdb;
    private final Suppress suppress;
    private final SendQueue out;
    private final PathCounters counters;
    private final FrameBatch queued;
    private final FrameBatch answer = new FrameBatch(1);
    private final int longestFrame;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final VxlanHeader vxlan = new VxlanHeader();

    /**
     * @param segment    whose port this is.
     * @param fdb        where destinations live.
     * @param suppress   answers for known neighbours.
     * @param out        to the underlay.
     * @param counters   encap counters.
     * @param batchLimit frames that are carried together at most.
     */
    public VxlanEncapPath(
        final Segment segment,
        final Fdb fdb,
        final Suppress suppress,
        final SendQueue out,
        final PathCounters counters,
        final int batchLimit)
    {
        this.segment = segment;
        this.fdb = fdb;
        this.suppress = suppress;
        this.out = out;
        this.counters = counters;
        queued = new FrameBatch(batchLimit);
        longestFrame = segment.portMtu() + EthernetHeader.LENGTH;
    }

    @Override
    public Port port()
    {
        return segment.port();
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            counters.onIn(frame.length());
            final DropReason verdict = check(frame);
            if (verdict == DropReason.NONE)
            {
                forward(frame);
            }
            else
            {
                counters.onDropped(verdict, segment.vni(), 0, 0);
            }
        }
        out.flush(segment.vni());
        settle();
    }

    private DropReason check(final Frame frame)
    {
        if (ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).check() != DropReason.NONE)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        if (frame.gsoType() != Frame.GSO_NONE)
        {
            return DropReason.BAD_OFFLOAD;
        }
        if (frame.length() > longestFrame && isOversize(frame.length()))
        {
            return DropReason.OVERSIZE;
        }
        return (frame.flags() & Frame.NEEDS_CHECKSUM) != 0 ? Checksum.complete(frame) : DropReason.NONE;
    }

    /** One VLAN tag is no part of the IP packet that the MTU limits. */
    private boolean isOversize(final int length)
    {
        return length > longestFrame + VlanTag.LENGTH || !EtherType.isVlan(ethernet.etherType());
    }

    private void forward(final Frame frame)
    {
        final long destination = ethernet.destination();
        if (MacAddress.isGroup(destination))
        {
            if (suppress.answer(frame, segment.vni()))
            {
                answer(frame);
                return;
            }
        }
        else
        {
            final long entry = fdb.lookup(segment.vni(), destination);
            if (entry != FdbEntry.MISSING)
            {
                writeHeader(frame);
                out.add(frame, FdbEntry.remote(entry), segment.vni());
                return;
            }
        }
        flood(frame);
    }

    private void flood(final Frame frame)
    {
        final int[] remotes = segment.floodList().remotes();
        if (remotes.length == 0)
        {
            counters.onDropped(DropReason.NO_DESTINATION, segment.vni(), 0, 0);
            return;
        }
        writeHeader(frame);
        for (final int remote : remotes)
        {
            out.add(frame, remote, segment.vni());
        }
    }

    private void writeHeader(final Frame frame)
    {
        frame.prepend(VxlanHeader.LENGTH).verdict(SendQueue.NOT_YET);
        vxlan.wrap(frame.buffer(), frame.offset(), VxlanHeader.LENGTH).init(segment.vni());
        queued.add(frame);
    }

    private void answer(final Frame frame)
    {
        answer.clear();
        answer.add(frame);
        segment.port().offer(answer);
        if (frame.verdict() == DropReason.NONE)
        {
            counters.onAnswered();
        }
        else
        {
            counters.onDropped(frame.verdict(), segment.vni(), 0, 0);
        }
    }

    private void settle()
    {
        for (int i = 0; i < queued.size(); i++)
        {
            final Frame frame = queued.get(i);
            if (frame.verdict() == DropReason.NONE)
            {
                counters.onDelivered(segment.encapTraffic(), frame.length() - VxlanHeader.LENGTH);
            }
            else
            {
                counters.onDropped(frame.verdict());
            }
        }
        queued.clear();
    }
}
