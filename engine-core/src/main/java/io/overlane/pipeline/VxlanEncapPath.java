package io.overlane.pipeline;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.offload.GsoSplitter;
import io.overlane.port.Port;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentRules;
import io.overlane.segment.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.EthernetPayload;
import io.overlane.wire.VlanTag;
import io.overlane.wire.VxlanHeader;

/**
 * Ethernet frames of one segment's port become VXLAN datagrams (RFC 7348 §5; Linux {@code vxlan_xmit}).
 *
 * <p>The destination MAC is looked up in the FDB; what has no entry goes to every remote of the flood list and to the
 * segment's other ports, and ARP requests and neighbour solicitations for known neighbours are answered instead. The
 * header is written into the frame's headroom, once, however many remotes get it.
 *
 * <p>The segment's rules are those when the path was made: when they change, another takes its place between batches.
 */
public final class VxlanEncapPath implements EncapPath
{
    /** Of a frame nothing but the port limits. */
    private static final int MAX_FRAME_LENGTH = 1 << 16;

    private final Segment segment;
    private final Port port;
    /** Null where the port is the only one its segment will ever have. */
    private final LocalSwitch local;
    private final Fdb fdb;
    private final Suppress suppress;
    private final SendQueue out;
    private final PathCounters counters;
    private final FrameBatch answer = new FrameBatch(1);
    /** Null where nothing is limited. */
    private FloodLimit floodLimit;
    /** Null where nobody wants to know. */
    private Misses misses;
    private final VlanPolicy encapVlan;
    private final OuterRule outer;
    private final OversizeListener oversize;
    private final int longestFrame;
    private final long[] destinations;
    private final long[] entries;
    private Frame current;
    /** Where it began before a header was written in front. */
    private int currentOffset;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final EthernetPayload payload = new EthernetPayload();
    private final VxlanHeader vxlan = new VxlanHeader();
    private final GsoSplitter segments = new GsoSplitter();

    private LocalPorts ports;
    private boolean isSwitched;
    /** Of the only port; it has none unless something is configured to be behind it. */
    private int ownNumber;

    /**
     * A path of the only port of a segment.
     *
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
        this(segment, segment.port(), fdb, suppress, out, counters, batchLimit, null);
    }

    /**
     * @param segment    whose port this is.
     * @param port       one of its ports.
     * @param fdb        where destinations live.
     * @param suppress   answers for known neighbours.
     * @param out        to the underlay.
     * @param counters   encap counters.
     * @param batchLimit frames that are carried together at most.
     * @param local      to other ports of the segment.
     */
    public VxlanEncapPath(
        final Segment segment,
        final Port port,
        final Fdb fdb,
        final Suppress suppress,
        final SendQueue out,
        final PathCounters counters,
        final int batchLimit,
        final LocalSwitch local)
    {
        this.port = port;
        this.local = local;
        destinations = new long[batchLimit];
        entries = new long[batchLimit];
        this.segment = segment;
        this.fdb = fdb;
        this.suppress = suppress;
        this.out = out;
        this.counters = counters;
        final SegmentRules rules = segment.rules();
        encapVlan = rules.encapVlan();
        outer = new OuterRule(rules.outer(), true);
        oversize = new OversizeReply(segment.port(), segment.portMtu(), out.clock());
        longestFrame = segment.portMtu() + EthernetHeader.LENGTH;
    }

    /**
     * Before threads start.
     *
     * @param limit keeps the port from flooding too much.
     */
    public void floodLimit(final FloodLimit limit)
    {
        floodLimit = limit;
    }

    /**
     * Before threads start.
     *
     * @param told of stations that have no FDB entry.
     */
    public void misses(final Misses told)
    {
        misses = told;
    }

    @Override
    public Port port()
    {
        return port;
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        out.aim(segment.vni(), segment.encapTraffic(), oversize);
        if (encapVlan != VlanPolicy.PASS)
        {
            judgeTags(batch);
        }
        ports = segment.ports();
        isSwitched = ports.size() > 1;
        ownNumber = ports.get(0).number();
        if (isSwitched)
        {
            local.aim(segment, ports, port);
        }
        lookUp(batch);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            current = frame;
            currentOffset = frame.offset();
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
        if (isSwitched)
        {
            local.flush();
        }
        counters.onBatchEnd();
    }

    /** RFC 7348 §6.1: no VLAN tag goes into the tunnel. What is refused gets its verdict. */
    private void judgeTags(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.length() >= EthernetHeader.LENGTH && EtherType.isVlan(
                ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).etherType()))
            {
                payload.wrap(frame.buffer(), frame.offset(), frame.length());
                final boolean isWhole = payload.check() == DropReason.NONE && !EtherType.isVlan(payload.etherType());
                if (isWhole && encapVlan == VlanPolicy.STRIP)
                {
                    VlanTag.pop(frame, payload.tagCount());
                }
                else
                {
                    frame.verdict(DropReason.INNER_VLAN);
                }
            }
        }
    }

    /** All destinations at once: in a large FDB each is a cache miss, and these then overlap. */
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
        DropReason verdict = check(frame);
        if (verdict == DropReason.NONE && isSwitched)
        {
            verdict = local.onSource(ethernet.source());
        }
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
        if (isLocal(entry))
        {
            toPort(frame, entry, 1);
        }
        else if (isOneRemote(entry))
        {
            writeHeader(frame, vni(entry));
            out.add(frame, FdbEntry.remote(entry));
        }
        else
        {
            flood(frame, entry);
        }
    }

    private void encapSuperFrame(final Frame frame, final long entry)
    {
        final int length = frame.length();
        DropReason verdict = checkHeader(frame);
        final int tunnelLength = isSwitched ? 0 : VxlanHeader.LENGTH;
        if (verdict == DropReason.NONE)
        {
            if (!isSwitched)
            {
                writeHeader(frame, vni(entry));
            }
            verdict = segments.open(frame, tunnelLength, true);
        }
        if (verdict != DropReason.NONE)
        {
            counters.onIn(1, length);
            drop(verdict, 1);
            return;
        }
        final int count = segments.segments();
        counters.onIn(count, length);
        if (isOversize(segments.segmentLength() - tunnelLength))
        {
            if (!isSwitched)
            {
                frame.strip(VxlanHeader.LENGTH);
            }
            refuse(DropReason.OVERSIZE, frame, segments.segmentLength() - tunnelLength, count);
            return;
        }
        if (isSwitched)
        {
            verdict = local.onSource(ethernet.source());
        }
        if (verdict != DropReason.NONE)
        {
            drop(verdict, count);
        }
        else if (isLocal(entry))
        {
            toPort(frame, entry, count);
        }
        else if (isOneRemote(entry))
        {
            reopen(frame, entry);
            out.add(frame, segments, FdbEntry.remote(entry));
        }
        else
        {
            floodSuperFrame(frame, entry, count);
        }
    }

    /** Whether a station is behind a port of this segment. */
    private boolean isLocal(final long entry)
    {
        final int number = FdbEntry.remote(entry);
        return isSwitched ? entry != FdbEntry.MISSING && ports.find(number) != null :
            number == ownNumber && entry != FdbEntry.MISSING;
    }

    private static boolean isOneRemote(final long entry)
    {
        return entry != FdbEntry.MISSING && FdbEntry.target(entry) == FdbEntry.REMOTE;
    }

    /** The VNI to write: a remote may have one of its own. */
    private int vni(final long entry)
    {
        return isOneRemote(entry) ? out.vni(FdbEntry.remote(entry)) : segment.vni();
    }

    private void flood(final Frame frame, final long entry)
    {
        final int[] remotes = remotes(entry);
        final DropReason refusal = refusal(remotes, 1);
        if (refusal != DropReason.NONE)
        {
            drop(refusal, 1);
        }
        else if (toOtherPorts(frame, 1) || remotes.length > 0)
        {
            writeHeader(frame, segment.vni());
            out.flood(frame, remotes);
        }
        else
        {
            drop(DropReason.NO_DESTINATION, 1);
        }
    }

    private void floodSuperFrame(final Frame frame, final long entry, final int count)
    {
        final int[] remotes = remotes(entry);
        final DropReason refusal = refusal(remotes, count);
        if (refusal != DropReason.NONE)
        {
            drop(refusal, count);
        }
        else if (toOtherPorts(frame, count) || remotes.length > 0)
        {
            reopen(frame, entry);
            out.flood(frame, segments, remotes);
        }
        else
        {
            drop(DropReason.NO_DESTINATION, count);
        }
    }

    /** Who gets a copy: the remotes of the entry of a group, or for want of one those that get everything. */
    private int[] remotes(final long entry)
    {
        if (entry != FdbEntry.MISSING)
        {
            return out.list(FdbEntry.number(entry));
        }
        if (misses != null && !MacAddress.isGroup(ethernet.destination()))
        {
            misses.onStation(segment.vni(), ethernet.destination());
        }
        return segment.floodList().remotes();
    }

    /** Why so many frames may not be flooded now. */
    private DropReason refusal(final int[] remotes, final int frames)
    {
        return floodLimit == null || remotes.length == 0 ? DropReason.NONE : floodLimit.take(frames, remotes.length);
    }

    /** To the port its station is behind, unless it came from there. */
    private void toPort(final Frame frame, final long entry, final int count)
    {
        if (!isSwitched || !local.add(frame, ports.find(FdbEntry.remote(entry)), count))
        {
            drop(DropReason.SPLIT_HORIZON, count);
        }
    }

    /** Before the tunnel header is in front of the frame. False if there are no other ports. */
    private boolean toOtherPorts(final Frame frame, final int count)
    {
        if (!isSwitched)
        {
            return false;
        }
        final PortFlood copies = local.flood(frame, count);
        out.floodedBefore(copies.taken(), copies.refused(), copies.reason());
        return copies.taken() + copies.refused() > 0;
    }

    /** Where the frame could have gone to a port, its tunnel header is not there yet. */
    private void reopen(final Frame frame, final long entry)
    {
        if (isSwitched)
        {
            writeHeader(frame, vni(entry));
            segments.open(frame, VxlanHeader.LENGTH, true);
        }
    }

    private DropReason checkHeader(final Frame frame)
    {
        final DropReason verdict = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).check();
        return verdict == DropReason.NONE ? frame.verdict() : verdict;
    }

    private DropReason check(final Frame frame)
    {
        final DropReason verdict = checkHeader(frame);
        if (verdict != DropReason.NONE)
        {
            return verdict;
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

    private void writeHeader(final Frame frame, final int vni)
    {
        out.outer(outer.of(frame));
        frame.prepend(VxlanHeader.LENGTH);
        vxlan.wrap(frame.buffer(), frame.offset(), VxlanHeader.LENGTH).init(vni);
    }

    private void answer(final Frame frame)
    {
        answer.clear();
        answer.add(frame);
        port.offer(answer);
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
            sample(reason);
        }
    }

    private void drop(final DropReason reason, final int frames)
    {
        counters.onDropped(reason, segment.vni(), 0, 0, frames);
        sample(reason);
    }

    private void sample(final DropReason reason)
    {
        final int header = Math.max(0, currentOffset - current.offset());
        counters.samples().record(
            reason, segment.vni(), 0, 0, current.buffer(), currentOffset, current.length() - header);
    }
}
