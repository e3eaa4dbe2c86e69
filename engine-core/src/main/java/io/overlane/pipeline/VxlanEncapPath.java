package io.overlane.pipeline;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.offload.GsoSplitter;
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
    /** Of a frame nothing but the port limits. */
    private static final int MAX_FRAME_LENGTH = 1 << 16;

    private final Segment segment;
    private final Fdb fdb;
    private final Suppress suppress;
    private final SendQueue out;
    private final PathCounters counters;
    private final FrameBatch answer = new FrameBatch(1);
    private final OuterRule outer;
    private final OversizeListener oversize;
    private final int longestFrame;
    private final long[] destinations;
    private final long[] entries;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final VxlanHeader vxlan = new VxlanHeader();
    private final GsoSplitter segments = new GsoSplitter();

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
        destinations = new long[batchLimit];
        entries = new long[batchLimit];
        this.segment = segment;
        this.fdb = fdb;
        this.suppress = suppress;
        this.out = out;
        this.counters = counters;
        outer = new OuterRule(segment.outer(), true);
        oversize = new OversizeReply(segment.port(), segment.portMtu(), out.clock());
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
        out.aim(segment.vni(), segment.encapTraffic(), oversize);
        lookUp(batch);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.gsoType() == Frame.GSO_NONE)
            {
                encapFrame(frame, entries[i]);
            }
            else
            {
                encapSuperFrame(frame, entries[i]);
            }
        }
        out.flush();
    }

    /** All destinations at once: in a large FDB each is a cache miss, and these then overlap. Groups have no entry. */
    private void lookUp(final FrameBatch batch)
    {
        final int size = batch.size();
        for (int i = 0; i < size; i++)
        {
            final Frame frame = batch.get(i);
            final boolean hasHeader = frame.length() >= EthernetHeader.LENGTH;
            destinations[i] = hasHeader ?
                ethernet.wrap(frame.buffer(), frame.offset(), EthernetHeader.LENGTH).destination() :
                MacAddress.BROADCAST;
        }
        if (size == 1)
        {
            entries[0] = fdb.lookup(segment.vni(), destinations[0]);
        }
        else
        {
            fdb.lookup(segment.vni(), destinations, entries, size);
        }
    }

    private void encapFrame(final Frame frame, final long entry)
    {
        counters.onIn(1, frame.length());
        final DropReason verdict = check(frame);
        if (verdict != DropReason.NONE)
        {
            refuse(verdict, frame, frame.length(), 1);
            return;
        }
        if (MacAddress.isGroup(ethernet.destination()) && suppress.answer(frame, segment.vni()))
        {
            answer(frame);
            return;
        }
        final int[] flood = segment.floodList().remotes();
        if (entry == FdbEntry.MISSING && flood.length == 0)
        {
            drop(DropReason.NO_DESTINATION, 1);
            return;
        }
        out.outer(outer.of(frame));
        writeHeader(frame);
        if (entry != FdbEntry.MISSING)
        {
            out.add(frame, FdbEntry.remote(entry));
        }
        else
        {
            out.flood(frame, flood);
        }
    }

    private void encapSuperFrame(final Frame frame, final long entry)
    {
        final int length = frame.length();
        DropReason verdict = ethernet.wrap(frame.buffer(), frame.offset(), length).check();
        if (verdict == DropReason.NONE)
        {
            out.outer(outer.of(frame));
            writeHeader(frame);
            verdict = segments.open(frame, VxlanHeader.LENGTH, true);
        }
        if (verdict != DropReason.NONE)
        {
            counters.onIn(1, length);
            drop(verdict, 1);
            return;
        }
        final int count = segments.segments();
        counters.onIn(count, length);
        final int[] flood = segment.floodList().remotes();
        if (isOversize(segments.segmentLength() - VxlanHeader.LENGTH))
        {
            frame.strip(VxlanHeader.LENGTH);
            refuse(DropReason.OVERSIZE, frame, segments.segmentLength() - VxlanHeader.LENGTH, count);
        }
        else if (entry != FdbEntry.MISSING)
        {
            out.add(frame, segments, FdbEntry.remote(entry));
        }
        else if (flood.length > 0)
        {
            out.flood(frame, segments, flood);
        }
        else
        {
            drop(DropReason.NO_DESTINATION, count);
        }
    }

    private DropReason check(final Frame frame)
    {
        if (ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).check() != DropReason.NONE)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        if (isOversize(frame.length()))
        {
            return DropReason.OVERSIZE;
        }
        return (frame.flags() & Frame.NEEDS_CHECKSUM) != 0 ? Checksum.complete(frame) : DropReason.NONE;
    }

    /** One VLAN tag is no part of the IP packet that the MTU limits. */
    private boolean isOversize(final int length)
    {
        return length > longestFrame &&
            (length > longestFrame + VlanTag.LENGTH || !EtherType.isVlan(ethernet.etherType()));
    }

    private void writeHeader(final Frame frame)
    {
        frame.prepend(VxlanHeader.LENGTH);
        vxlan.wrap(frame.buffer(), frame.offset(), VxlanHeader.LENGTH).init(segment.vni());
    }

    private void answer(final Frame frame)
    {
        answer.clear();
        answer.add(frame);
        segment.port().offer(answer);
        if (frame.verdict() == DropReason.NONE)
        {
            counters.onAnswered(1);
        }
        else
        {
            drop(frame.verdict(), 1);
        }
    }

    /** The sender of a frame that is too long for the port is told, if it may be; it then counts as answered. */
    private void refuse(final DropReason reason, final Frame frame, final int length, final int frames)
    {
        if (reason != DropReason.OVERSIZE)
        {
            drop(reason, frames);
        }
        else if (oversize.onOversize(frame, MAX_FRAME_LENGTH))
        {
            counters.onOversizeLength(length);
            counters.onAnswered(frames);
        }
        else
        {
            counters.onOversize(segment.vni(), 0, 0, frames, length);
        }
    }

    private void drop(final DropReason reason, final int frames)
    {
        counters.onDropped(reason, segment.vni(), 0, 0, frames);
    }
}
