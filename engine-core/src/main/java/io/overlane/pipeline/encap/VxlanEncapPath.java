// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.gateway.Link;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.pipeline.stage.Mirrors;
import io.overlane.pipeline.stage.StageEntry;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.PortTraffic;
import io.overlane.wire.EthernetHeader;
import org.jspecify.annotations.Nullable;

/**
 * Ethernet frames of one segment's port become VXLAN datagrams (RFC 7348 §5; Linux {@code vxlan_xmit}).
 *
 * <p>The destination MAC is looked up in the FDB. A frame without an entry goes to every remote of the flood list and
 * to the segment's other ports. ARP requests and neighbour solicitations for known neighbours are answered instead.
 * Here frames have no tunnel header: {@link SendQueue} writes it in front of the frames that leave.
 *
 * <p>A path uses the segment's rules at the time when it is made; when the rules change, a new path takes its place
 * between two batches.
 */
public final class VxlanEncapPath implements EncapPath
{
    /** The limit of a frame that only its port's MTU limits. */
    private static final int MAX_FRAME_LENGTH = 1 << 16;

    private final Segment segment;
    private final Port port;
    private final EncapShared shared;
    // These are used for every frame: read from here and not through shared, they save 7 % of its time.
    private final Fdb fdb;
    private final Suppress suppress;
    private final SendQueue out;
    private final PathCounters counters;
    private final PortTraffic traffic;
    private final long[] destinations;
    private final long[] entries;
    private final int[] parsed;
    private final EthernetHeader ethernet;
    private final FloodTargets targets;
    private final EncapCheck check;
    private final OuterRule outer;
    private final boolean answers;
    private final OversizeListener oversize = this::answerOversize;

    @SuppressWarnings("NullAway.Init")
    private LocalPorts ports;
    private boolean isSwitched;
    /** Of the segment, for this batch; null if it has none. */
    private @Nullable Link gateway;
    /** Of the only port; it has a number only if an FDB entry was configured for it. */
    private int ownNumber;
    /** Of the application, for this batch; null if there are none. */
    private StageEntry @Nullable [] stages;
    /** Reports what is found out about stations; null while nobody wants events. */
    private @Nullable MissReporter reporter;
    /** Made when there are stages. */
    private @Nullable Mirrors mirrors;

    public VxlanEncapPath(final Segment segment, final Port port, final EncapShared shared)
    {
        this.segment = segment;
        this.port = port;
        this.shared = shared;
        fdb = shared.fdb;
        suppress = shared.suppress;
        out = shared.out;
        counters = shared.counters;
        traffic = counters.port(port);
        destinations = shared.destinations;
        entries = shared.entries;
        parsed = shared.parsed;
        ethernet = shared.ethernet;
        final SegmentPolicy rules = segment.rules();
        outer = new OuterRule(rules.outer());
        answers = rules.proxy();
        targets = new FloodTargets(segment, out.remotes(), shared.misses, out.clock());
        check = new EncapCheck(segment.portMtu(), rules.encapVlan());
    }

    @Override
    public Port port()
    {
        return port;
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        gateway = shared.gateway.of(segment.vni());
        if (gateway != null)
        {
            shared.gateway.begin(port);
        }
        out.begin(port, segment.vni(), segment.encapTraffic(), oversize);
        ports = segment.ports();
        isSwitched = ports.size() > 1;
        ownNumber = ports.get(0).number();
        stages = shared.stages.of(segment.vni());
        reporter = shared.misses == null || !shared.misses.isOn() ? null : shared.misses;
        final boolean usesLocal = isSwitched || stages != null || gateway != null;
        if (usesLocal)
        {
            shared.local.begin(segment, ports, port);
        }
        lookUp(batch);
        for (int i = 0; i < batch.size(); i++)
        {
            carry(batch.get(i), parsed[i], destinations[i], entries[i]);
        }
        out.flush();
        if (usesLocal)
        {
            shared.local.flush();
        }
        if (gateway != null)
        {
            shared.gateway.onBatchEnd();
        }
        shared.fates.onBatchEnd();
    }

    /**
     * Parse each frame, once for all steps, and look all destinations up together: in a large FDB each is a cache miss,
     * and these then overlap. Counts all frames but super-frames, whose segments are not known yet.
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
            if (Layer3.offset(layer3) != EthernetHeader.LENGTH)
            {
                layer3 = check.tags(frame, layer3);
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
        // A trunk gives the frames that select no segment to any of its ports, without other frames.
        if (size > 0 && !batch.get(0).verdict().isWithoutSegment())
        {
            traffic.onIn(frames, bytes);
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

    private void carry(final Frame frame, final int layer3, final long destination, final long entry)
    {
        DropReason verdict = check.frame(frame, layer3);
        GsoSplitter segments = null;
        int length = frame.length();
        int count = 1;
        if (frame.gsoType() != Frame.GSO_NONE)
        {
            segments = shared.segments;
            verdict = verdict == DropReason.NONE ? segments.open(frame, layer3) : verdict;
            count = verdict == DropReason.NONE ? segments.segments() : 1;
            counters.onIn(count, length);
            traffic.onIn(verdict.isWithoutSegment() ? 0 : count, verdict.isWithoutSegment() ? 0 : length);
            if (verdict == DropReason.NONE)
            {
                length = segments.segmentLength();
                verdict = check.isOversize(length, layer3) ? DropReason.OVERSIZE : DropReason.NONE;
            }
        }
        if (verdict != DropReason.NONE)
        {
            refuse(verdict, frame, length, count);
        }
        else if (stages != null)
        {
            decide(stages, frame, segments, layer3, destination, entry, count);
        }
        else
        {
            forward(frame, segments, layer3, destination, entry, count);
        }
    }

    /** Let the stages of the application decide, then carry the frame. */
    private void decide(
        final StageEntry[] stages,
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final long destination,
        final long entry,
        final int count)
    {
        final int vni = segment.vni();
        DropReason verdict =
            shared.stages.decide(stages, frame, layer3, vni, port, 0, 0, count, mirrors());
        if (verdict == DropReason.NONE && segments != null)
        {
            // A stage may have changed the headers, or sent copies of the segments.
            verdict = segments.open(frame, layer3);
        }
        if (verdict != DropReason.NONE)
        {
            drop(verdict, frame, count);
        }
        else if (shared.stages.isRedirected())
        {
            redirect(frame, segments, layer3, count);
        }
        else
        {
            final long now = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).destination();
            forward(frame, segments, layer3, now, now == destination ? entry : fdb.lookup(vni, now), count);
        }
    }

    private Mirrors mirrors()
    {
        if (mirrors == null)
        {
            mirrors = new Mirrors(shared.fates, shared.ports, true, this::mirror);
        }
        return mirrors;
    }

    private void mirror(
        final Frame frame, final int layer3, final int vni, final long high, final long low, final int remote)
    {
        out.mirror(frame, shared.segments, layer3, remote, outer.of(frame, layer3));
    }

    private void redirect(
        final Frame frame, final @Nullable GsoSplitter segments, final int layer3, final int count)
    {
        final Port to = shared.stages.port();
        final DropReason verdict = learn(frame);
        if (verdict != DropReason.NONE)
        {
            drop(verdict, frame, count);
        }
        else if (to != null)
        {
            shared.local.divert(frame, to, count);
        }
        else
        {
            out.add(frame, segments, layer3, shared.stages.remote(), outer.of(frame, layer3));
        }
    }

    /** Learn the station behind the port, if the segment has several or a gateway. */
    private DropReason learn(final Frame frame)
    {
        return isSwitched || gateway != null ? learnSource(frame) : DropReason.NONE;
    }

    private DropReason learnSource(final Frame frame)
    {
        final long source = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).source();
        return gateway != null && source == gateway.mac() ? DropReason.OWN_MAC : shared.local.onSource(source);
    }

    /** Whether the gateway takes a frame: one to its MAC, or a message to a group. */
    private boolean isTaken(
        final Link link, final Frame frame, final int layer3, final long destination, final int count)
    {
        final boolean isOurs = destination == link.mac();
        return (isOurs || MacAddress.isGroup(destination)) &&
            shared.gateway.take(link, frame, layer3, isOurs, count);
    }

    private void forward(
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final long destination,
        final long entry,
        final int count)
    {
        if (reporter != null)
        {
            reporter.claims().onFrame(
                frame, layer3, segment.vni(), LocalPorts.ADDRESS_HIGH, isSwitched ? shared.local.portId() : 0, 0);
        }
        final DropReason verdict = learn(frame);
        if (verdict != DropReason.NONE)
        {
            drop(verdict, frame, count);
        }
        else if (MacAddress.isGroup(destination) && targets.isRequestTooMany(frame, layer3))
        {
            drop(DropReason.PORT_ARP_LIMIT, frame, count);
        }
        else if (gateway != null && isTaken(gateway, frame, layer3, destination, count))
        {
            // The gateway has counted its fate.
            return;
        }
        else if (answers && MacAddress.isGroup(destination) && suppress.answer(frame, layer3, segment.vni()))
        {
            answer(frame);
        }
        else if (entry == FdbEntry.MISSING || FdbEntry.target(entry) != FdbEntry.REMOTE)
        {
            flood(frame, segments, layer3, targets.remotes(entry, destination), count);
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

    /** Whether the station is behind a port of this segment, which has a number as remotes have. */
    private boolean isLocal(final long entry)
    {
        final int number = FdbEntry.remote(entry);
        return isSwitched ? ports.find(number) != null : number == ownNumber;
    }

    private void flood(
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final int[] remotes,
        final int count)
    {
        // Where stations behind ports are learned, learning finds out that one is in two places.
        if (reporter != null && !isSwitched && gateway == null)
        {
            final long source = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).source();
            reporter.onPortStation(segment.vni(), source, fdb, out.remotes());
        }
        final DropReason refusal = targets.refusal(remotes, count);
        if (refusal != DropReason.NONE)
        {
            drop(refusal, frame, count);
            return;
        }
        shared.toPorts.clear();
        if (isSwitched)
        {
            shared.local.flood(frame, count, shared.toPorts);
        }
        if (shared.toPorts.isEmpty() && remotes.length == 0)
        {
            drop(DropReason.NO_DESTINATION, frame, count);
        }
        else
        {
            out.flood(frame, segments, layer3, remotes, outer.of(frame, layer3), shared.toPorts);
        }
    }

    /** Give a frame to the port its station is behind, unless it came from there. */
    private void toPort(final Frame frame, final long entry, final int count)
    {
        final LocalPort to = isSwitched ? ports.find(FdbEntry.remote(entry)) : null;
        if (to == null || !shared.local.add(frame, to, count))
        {
            drop(DropReason.SPLIT_HORIZON, frame, count);
        }
    }

    /** Give a request that has become its answer to the port it came from. */
    private void answer(final Frame frame)
    {
        final DropReason verdict = shared.ports.offer(port, frame);
        if (verdict == DropReason.NONE)
        {
            shared.fates.answer(segment.vni(), frame, 1);
            traffic.onOut(1, frame.length());
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
            shared.fates.oversize(
                answerOversize(frame, MAX_FRAME_LENGTH), segment.vni(), 0, 0, frame, length, count);
        }
        else
        {
            drop(reason, frame, count);
        }
    }

    private boolean answerOversize(final Frame frame, final int longestFrame)
    {
        final int answerLength = gateway != null && shared.gateway.isRouted(gateway, frame) ?
            shared.gateway.answerOversize(gateway, port, frame, longestFrame) :
            shared.oversize.send(frame, port, segment.portMtu(), longestFrame);
        if (answerLength > 0)
        {
            traffic.onOut(1, answerLength);
        }
        return answerLength > 0;
    }

    private void drop(final DropReason reason, final Frame frame, final int count)
    {
        shared.fates.drop(
            reason, reason.isWithoutSegment() ? DropLedger.NO_VNI : segment.vni(), frame, count);
    }
}
