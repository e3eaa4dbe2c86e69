// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.offload.GsoSplitter;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.bridge.FloodTargets;
import io.overlane.pipeline.bridge.LocalSwitch;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.pipeline.oversize.OversizeReply;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.port.Port;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Layer3;

/**
 * Ethernet frames of one segment's port become VXLAN datagrams (RFC 7348 §5; Linux {@code vxlan_xmit}).
 *
 * <p>The destination MAC is looked up in the FDB; what has no entry goes to every remote of the flood list and to the
 * segment's other ports, and ARP requests and neighbour solicitations for known neighbours are answered instead. Here
 * frames have no tunnel header: {@link SendQueue} writes it in front of what leaves.
 *
 * <p>The segment's rules are those when the path was made: when they change, another takes its place between batches.
 */
public final class VxlanEncapPath implements EncapPath
{
    /** The limit of a frame that only its port's MTU limits. */
    private static final int MAX_FRAME_LENGTH = 1 << 16;

    private final Segment segment;
    private final Port port;
    /** Null where the port is the only one its segment will ever have. */
    private final LocalSwitch local;
    private final Fdb fdb;
    private final Suppress suppress;
    private final SendQueue out;
    private final PathCounters counters;
    /** Null where tags pass. */
    private final EncapTags tags;
    private final FloodTargets targets;
    private final EncapCheck check;
    private final Fates fates;
    private final PortGuard guard;
    private final OuterRule outer;
    private final OversizeListener oversize;
    private final OversizeReply reply;
    private final long[] destinations;
    private final long[] entries;
    /** What {@link Layer3} says of each frame of the batch. */
    private final int[] parsed;

    private final GsoSplitter segments;
    private final Copies toPorts;
    private final EthernetHeader ethernet = new EthernetHeader();

    private LocalPorts ports;
    private boolean isSwitched;
    /** Of the only port; it has none unless something is configured to be behind it. */
    private int ownNumber;

    /**
     * @param segment whose port this is.
     * @param port    one of its ports.
     * @param shared  with the other paths of the thread.
     */
    public VxlanEncapPath(final Segment segment, final Port port, final EncapShared shared)
    {
        this.segment = segment;
        this.port = port;
        suppress = shared.suppress;
        local = shared.local;
        fdb = shared.fdb;
        out = shared.out;
        counters = shared.counters;
        fates = shared.fates;
        guard = shared.ports;
        reply = shared.oversize;
        destinations = shared.destinations;
        entries = shared.entries;
        parsed = shared.parsed;
        segments = shared.segments;
        toPorts = shared.toPorts;
        final SegmentPolicy rules = segment.rules();
        outer = new OuterRule(rules.outer());
        oversize = this::answerOversize;
        targets = new FloodTargets(segment, out, shared.misses);
        tags = rules.encapVlan() == VlanPolicy.PASS ? null : new EncapTags(rules.encapVlan());
        check = new EncapCheck(segment.portMtu());
    }

    @Override
    public Port port()
    {
        return port;
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        out.begin(segment.vni(), segment.encapTraffic(), oversize);
        ports = segment.ports();
        isSwitched = ports.size() > 1;
        ownNumber = ports.get(0).number();
        if (isSwitched)
        {
            local.begin(segment, ports, port);
        }
        lookUp(batch);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.gsoType() == Frame.GSO_NONE)
            {
                encapFrame(frame, parsed[i], destinations[i], entries[i]);
            }
            else
            {
                encapSuperFrame(frame, parsed[i], destinations[i], entries[i]);
            }
        }
        out.flush();
        if (isSwitched)
        {
            local.flush();
        }
        counters.onBatchEnd();
    }

    /**
     * Parse each frame, the only time, and look all destinations up at once: in a large FDB each is a cache miss, and
     * these then overlap. Counts all but super-frames, whose segments are not known yet.
     */
    private void lookUp(final FrameBatch batch)
    {
        final int size = batch.size();
        int frames = 0;
        int bytes = 0;
        for (int i = 0; i < size; i++)
        {
            final Frame frame = batch.get(i);
            int layer3 = Layer3.ofEthernet(frame.buffer(), frame.offset(), frame.length());
            if (Layer3.offset(layer3) != EthernetHeader.LENGTH && tags != null)
            {
                layer3 = tags.judge(frame, layer3);
            }
            parsed[i] = layer3;
            final int length = frame.length();
            destinations[i] = length >= EthernetHeader.LENGTH ?
                ethernet.wrap(frame.buffer(), frame.offset(), length).destination() :
                MacAddress.BROADCAST;
            if (frame.gsoType() == Frame.GSO_NONE)
            {
                frames++;
                bytes += length;
            }
        }
        counters.onIn(frames, bytes);
        if (size == 1)
        {
            entries[0] = fdb.lookup(segment.vni(), destinations[0]);
        }
        else
        {
            fdb.lookup(segment.vni(), destinations, entries, size);
        }
    }

    private void encapFrame(final Frame frame, final int layer3, final long destination, final long entry)
    {
        DropReason verdict = check.frame(frame, layer3);
        if (isSwitched && verdict == DropReason.NONE)
        {
            verdict = local.onSource(source(frame));
        }
        if (verdict != DropReason.NONE)
        {
            refuse(verdict, frame, frame.length(), 1);
        }
        else if (MacAddress.isGroup(destination) && suppress.answer(frame, layer3, segment.vni()))
        {
            answer(frame);
        }
        else if (!isOneStation(entry))
        {
            flood(frame, layer3, destination, entry, 1);
        }
        else if (isLocal(entry))
        {
            toPort(frame, entry, 1);
        }
        else
        {
            out.add(frame, layer3, FdbEntry.remote(entry), outer.of(frame, layer3));
        }
    }

    private void encapSuperFrame(final Frame frame, final int layer3, final long destination, final long entry)
    {
        final int length = frame.length();
        DropReason verdict = check.superFrame(frame);
        if (verdict == DropReason.NONE)
        {
            verdict = segments.open(frame, layer3);
        }
        if (verdict != DropReason.NONE)
        {
            counters.onIn(1, length);
            drop(verdict, frame, 1);
            return;
        }
        final int count = segments.segments();
        counters.onIn(count, length);
        if (check.isOversize(segments.segmentLength(), layer3))
        {
            refuse(DropReason.OVERSIZE, frame, segments.segmentLength(), count);
            return;
        }
        if (isSwitched)
        {
            verdict = local.onSource(source(frame));
        }
        if (verdict != DropReason.NONE)
        {
            drop(verdict, frame, count);
        }
        else if (!isOneStation(entry))
        {
            flood(frame, layer3, destination, entry, count);
        }
        else if (isLocal(entry))
        {
            toPort(frame, entry, count);
        }
        else
        {
            out.add(frame, segments, layer3, FdbEntry.remote(entry), outer.of(frame, layer3));
        }
    }

    /** Whether the frame is for a single remote, or for a port of this segment, which has such a number too. */
    private static boolean isOneStation(final long entry)
    {
        return entry != FdbEntry.MISSING && FdbEntry.target(entry) == FdbEntry.REMOTE;
    }

    /** Whether the one station is behind a port of this segment. */
    private boolean isLocal(final long entry)
    {
        final int number = FdbEntry.remote(entry);
        return isSwitched ? ports.find(number) != null : number == ownNumber;
    }

    /** Send a frame, or the segments of the super-frame that was opened last, to all that get a copy. */
    private void flood(
        final Frame frame, final int layer3, final long destination, final long entry, final int count)
    {
        final int[] remotes = targets.remotes(entry, destination);
        final DropReason refusal = targets.refusal(remotes, count);
        if (refusal != DropReason.NONE)
        {
            drop(refusal, frame, count);
        }
        else if (!toOtherPorts(frame, count) && remotes.length == 0)
        {
            drop(DropReason.NO_DESTINATION, frame, count);
        }
        else if (frame.gsoType() == Frame.GSO_NONE)
        {
            out.flood(frame, layer3, remotes, outer.of(frame, layer3), toPorts);
        }
        else
        {
            out.flood(frame, segments, layer3, remotes, outer.of(frame, layer3), toPorts);
        }
    }

    private long source(final Frame frame)
    {
        return ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).source();
    }

    /** To the port its station is behind, unless it came from there. */
    private void toPort(final Frame frame, final long entry, final int count)
    {
        if (!isSwitched || !local.add(frame, ports.find(FdbEntry.remote(entry)), count))
        {
            drop(DropReason.SPLIT_HORIZON, frame, count);
        }
    }

    /** Give a request that has become its answer to the port it came from. */
    private void answer(final Frame frame)
    {
        final DropReason verdict = guard.offer(port, frame);
        if (verdict == DropReason.NONE)
        {
            counters.onAnswered(1);
        }
        else
        {
            drop(verdict, frame, 1);
        }
    }

    /** Drop a frame that did not pass a check, or answer it if it is too long for its port. */
    private void refuse(final DropReason reason, final Frame frame, final int length, final int count)
    {
        if (reason == DropReason.OVERSIZE)
        {
            fates.oversize(answerOversize(frame, MAX_FRAME_LENGTH), segment.vni(), 0, 0, frame, length, count);
        }
        else
        {
            drop(reason, frame, count);
        }
    }

    private boolean answerOversize(final Frame frame, final int longestFrame)
    {
        return reply.send(frame, port, segment.portMtu(), longestFrame);
    }

    private void drop(final DropReason reason, final Frame frame, final int count)
    {
        fates.drop(reason, segment.vni(), frame, count);
    }

    /** False if there are no other ports. */
    private boolean toOtherPorts(final Frame frame, final int count)
    {
        toPorts.clear();
        if (isSwitched)
        {
            local.flood(frame, count, toPorts);
        }
        return !toPorts.isEmpty();
    }
}
