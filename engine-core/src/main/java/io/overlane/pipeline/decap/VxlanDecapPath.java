// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.fdb.Fdb;
import io.overlane.frame.Frame;
import io.overlane.gateway.Link;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.bridge.LocalForward;
import io.overlane.pipeline.learning.ClaimReporter;
import io.overlane.pipeline.learning.Learn;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.pipeline.stage.Mirrors;
import io.overlane.pipeline.stage.StageEntry;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.EcnPolicy;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.VlanTag;
import io.overlane.wire.VxlanHeader;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * VXLAN datagrams become Ethernet frames for the port, or the ports, of their segment. The checks and their order are
 * those of Linux {@code vxlan_rcv}, with a named reason for each; {@link io.overlane.policy.PolicyProfile} lists the
 * checks that a segment's policy may change. A datagram stays as it came until it has passed the checks.
 */
public final class VxlanDecapPath implements DecapPath
{
    private final SegmentTable segments;
    private final Learn learn;
    private final RemoteTable remotes;
    private final int peerUdpPort;
    private final OfferQueue out;
    private final LocalForward local;
    private final PathCounters counters;
    private final Fates fates;
    private final ThreadStages stages;
    private final Transit transit;
    private final Mirrors mirrors;
    private final DecapGateway gateway;
    /** Null if nobody wants reports. */
    private final @Nullable MissReporter reporter;

    private final VxlanHeader vxlan = new VxlanHeader();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final EcnDecap ecn = new EcnDecap();

    private int framesIn;
    private int bytesIn;
    /** Of the last datagram of this batch; null if there was none. */
    private @Nullable Segment lastSegment;
    /** Of that segment. A volatile read for each batch costs less than one for each frame. */
    @SuppressWarnings("NullAway.Init")
    private SegmentPolicy lastRules;
    /** The stages of the application for that segment; null if there are none. */
    private StageEntry @Nullable [] lastStages;
    /** The gateway of that segment; null if it has none. */
    private @Nullable Link lastGateway;
    /** Reports claims of addresses; null while nobody wants events. */
    private @Nullable ClaimReporter lastClaims;
    /** Of the last datagram of this batch whose remote was looked up. */
    private int lastRemote;
    private long lastHigh;
    private long lastLow;
    private boolean isRemoteKnown;

    /**
     * @param peerUdpPort port to which learned remotes are sent; not the source port a datagram came from.
     * @param stages     of the application.
     * @param transit    to the thread that sends, for frames that stages send to remotes.
     * @param gateway    routes frames.
     * @param ring       to the thread that writes the FDB; null on that thread.
     * @param reporter   reports claims of addresses; null if nobody wants the reports.
     */
    public VxlanDecapPath(
        final SegmentTable segments,
        final Fdb fdb,
        final RemoteTable remotes,
        final int peerUdpPort,
        final NanoClock clock,
        final OfferQueue out,
        final Fates fates,
        final ThreadStages stages,
        final Transit transit,
        final DecapGateway gateway,
        final @Nullable LearnRing ring,
        final @Nullable MissReporter reporter)
    {
        this.segments = segments;
        this.reporter = reporter;
        this.remotes = remotes;
        this.peerUdpPort = peerUdpPort;
        this.out = out;
        counters = fates.counters();
        this.fates = fates;
        this.stages = stages;
        this.transit = transit;
        this.gateway = gateway;
        mirrors = new Mirrors(fates, out.guard(), true, this::mirror);
        learn = new Learn(fdb, remotes, peerUdpPort, clock, ring);
        local = new LocalForward(fdb, ring == null, out, fates);
    }

    /** Learn a source that another thread received. Only on the thread that writes the FDB. */
    public void learn(final int vni, final long source, final long sourceHigh, final long sourceLow)
    {
        learn.onFrame(vni, source, sourceHigh, sourceLow, remotes.find(sourceHigh, sourceLow));
        // The next batch of this path may come much later, so the time must be read again for the next source.
        learn.onBatchEnd();
    }

    @Override
    public void decap(final Frame datagram, final long sourceHigh, final long sourceLow, final int tos)
    {
        framesIn++;
        bytesIn += datagram.length();
        final int offset = datagram.offset();
        final int length = datagram.length();
        final boolean isWhole = vxlan.wrap(datagram.buffer(), offset, length).check() == DropReason.NONE;
        final long word = isWhole ? vxlan.word() : 0;
        final Segment segment = VxlanHeader.hasVni(word) ? segmentOf(VxlanHeader.vni(word)) : null;
        if (segment == null)
        {
            if (VxlanHeader.hasVni(word) && gateway.takeL3(datagram, VxlanHeader.vni(word), sourceHigh, sourceLow))
            {
                return;
            }
            final DropReason ofHeader = isWhole ? DropReason.NO_I_FLAG : DropReason.SHORT_HEADER;
            fates.dropDatagram(
                VxlanHeader.hasVni(word) ? DropReason.UNKNOWN_VNI : ofHeader,
                DropLedger.NO_VNI, sourceHigh, sourceLow, datagram);
            return;
        }
        final DropReason verdict = admit(segment, word, datagram, sourceHigh, sourceLow, tos);
        if (verdict == DropReason.NONE)
        {
            deliver(segment, datagram, sourceHigh, sourceLow);
        }
        else
        {
            // The sample shows the datagram as it came.
            fates.dropDatagram(verdict, segment.vni(), sourceHigh, sourceLow, datagram.wrap(offset, length));
        }
    }

    @Override
    public long superFrames()
    {
        return out.superFrames();
    }

    @Override
    public long lone()
    {
        return out.lone();
    }

    @Override
    public void flush()
    {
        counters.onIn(framesIn, bytesIn);
        framesIn = 0;
        bytesIn = 0;
        out.flush();
        gateway.onBatchEnd();
        lastSegment = null;
        isRemoteKnown = false;
        learn.onBatchEnd();
        fates.onBatchEnd();
    }

    /** Most datagrams of a batch belong to one segment. */
    private @Nullable Segment segmentOf(final int vni)
    {
        if (lastSegment == null || lastSegment.vni() != vni)
        {
            final Segment segment = segments.lookup(vni);
            lastSegment = segment;
            if (segment != null)
            {
                lastRules = segment.rules();
                lastStages = stages.of(vni);
                lastGateway = gateway.of(vni);
                lastClaims = reporter == null || !reporter.isOn() ? null : reporter.claims();
            }
        }
        return lastSegment;
    }

    /** Most datagrams of a batch come from one remote. */
    private int remoteOf(final long high, final long low)
    {
        if (!isRemoteKnown || low != lastLow || high != lastHigh)
        {
            lastRemote = remotes.find(high, low);
            lastHigh = high;
            lastLow = low;
            isRemoteKnown = true;
        }
        return lastRemote;
    }

    /**
     * Check a datagram, make it the frame that the ports get, and learn its source. The answer is why it must be
     * dropped, or {@link DropReason#NONE}.
     */
    private DropReason admit(
        final Segment segment, final long word, final Frame frame, final long high, final long low, final int tos)
    {
        final SegmentPolicy rules = lastRules;
        if ((word & rules.reservedBits()) != 0)
        {
            return DropReason.RESERVED_BITS;
        }
        if (!segment.accepts(rules, high, low))
        {
            return DropReason.SOURCE_NOT_ALLOWED;
        }
        frame.strip(VxlanHeader.LENGTH);
        if (ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).check() != DropReason.NONE)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        final int layer3 = Layer3.of(frame, true);
        final boolean isTagged = Layer3.offset(layer3) != EthernetHeader.LENGTH;
        final boolean popsTags = isTagged && rules.decapVlan() != VlanPolicy.PASS;
        if (popsTags)
        {
            final DropReason verdict = checkTags(rules, layer3);
            if (verdict != DropReason.NONE)
            {
                return verdict;
            }
        }
        final DropReason verdict = accept(segment, rules, frame, layer3, high, low);
        if (verdict != DropReason.NONE)
        {
            return verdict;
        }
        if ((popsTags || !isTagged) &&
            frame.length() < Layer3.offset(layer3) + shortestPayload(Layer3.etherType(layer3)))
        {
            return DropReason.INNER_IP_TRUNCATED;
        }
        if ((tos & EcnDecap.MASK) > 0 && tos != ReceiveBatch.TOS_UNKNOWN && carriesMarks(rules, isTagged) &&
            ecn.apply(frame, layer3, tos) != DropReason.NONE)
        {
            return DropReason.ECN_NOT_CAPABLE;
        }
        if (popsTags)
        {
            VlanTag.pop(frame, Layer3.tagCount(layer3));
            ethernet.wrap(frame.buffer(), frame.offset(), frame.length());
        }
        return DropReason.NONE;
    }

    private void deliver(final Segment segment, final Frame frame, final long high, final long low)
    {
        final LocalPorts ports = segment.ports();
        final int remote = remoteOf(high, low);
        if (lastStages != null && stages.isRedirected())
        {
            redirect(segment, frame, high, low, remote);
        }
        else if (lastGateway != null && gateway.take(lastGateway, frame, ethernet, high, low, remote))
        {
            // The gateway has counted its fate.
            return;
        }
        else if (ports.size() == 1)
        {
            out.begin(ports.first(), segment.vni(), segment.decapTraffic());
            out.add(frame.verdict(DropReason.NONE), high, low, remote);
        }
        else
        {
            local.deliver(segment, ports, frame, ethernet, high, low, remote);
        }
    }

    private void redirect(
        final Segment segment, final Frame frame, final long high, final long low, final int remote)
    {
        final Port to = stages.port();
        if (to != null)
        {
            out.begin(to, segment.vni(), segment.decapTraffic());
            out.add(frame.verdict(DropReason.NONE), high, low, remote);
            return;
        }
        final DropReason verdict = transit.send(frame, segment.vni(), stages.remote());
        if (verdict == DropReason.NONE)
        {
            counters.onDelivered(segment.decapTraffic(), 1, frame.length());
            counters.remotes().record(remote, 1, frame.length());
            fates.onDelivered(segment.vni(), high, low, frame, 1);
        }
        else
        {
            fates.drop(verdict, segment.vni(), high, low, frame, 1);
        }
    }

    private void mirror(
        final Frame frame, final int layer3, final int vni, final long high, final long low, final int remote)
    {
        fates.copy(Fate.Kind.MIRROR_COPY, transit.send(frame, vni, remote), vni, high, low, frame, 0, 1);
    }

    private static DropReason checkTags(final SegmentPolicy rules, final int layer3)
    {
        if (rules.decapVlan() == VlanPolicy.DROP)
        {
            return DropReason.INNER_VLAN;
        }
        if (layer3 == Layer3.NONE)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        return EtherType.isVlan(Layer3.etherType(layer3)) ? DropReason.INNER_VLAN : DropReason.NONE;
    }

    /**
     * Let the stages of the application decide, then check the source MAC and learn it. Both are in one method, so that
     * the compiler still inlines {@link #admit}.
     */
    private DropReason accept(
        final Segment segment,
        final SegmentPolicy rules,
        final Frame frame,
        final int layer3,
        final long high,
        final long low)
    {
        if (lastStages != null)
        {
            final DropReason decision =
                stages.decide(lastStages, frame, layer3, segment.vni(), null, high, low, 1, mirrors);
            if (decision != DropReason.NONE)
            {
                return decision;
            }
        }
        final long source = ethernet.source();
        if (lastGateway != null && source == lastGateway.mac())
        {
            // Another engine with the same gateway routed this frame, so its MAC is in many places.
            return DropReason.NONE;
        }
        final boolean learning = rules.learning();
        if (rules.dropOwnMac().applies(learning) && segment.isOwnMac(source))
        {
            return DropReason.OWN_MAC;
        }
        if (!MacAddress.isValidSource(source))
        {
            return rules.dropBadSource().applies(learning) ? DropReason.BAD_SOURCE_MAC : DropReason.NONE;
        }
        if (lastClaims != null)
        {
            lastClaims.onFrame(frame, layer3, segment.vni(), high, low, peerUdpPort);
        }
        final boolean dropsViolation = rules.dropStaticViolation().applies(learning);
        if (learning)
        {
            final int remote = remoteOf(high, low);
            final DropReason verdict = learn.onFrame(segment.vni(), source, high, low, remote);
            // The remote may have a number now.
            isRemoteKnown = remote >= 0;
            return verdict == DropReason.STATIC_VIOLATION && !dropsViolation ? DropReason.NONE : verdict;
        }
        return dropsViolation ? learn.check(segment.vni(), source, high, low) : DropReason.NONE;
    }

    private static boolean carriesMarks(final SegmentPolicy rules, final boolean isTagged)
    {
        final EcnPolicy policy = rules.ecn();
        return policy == EcnPolicy.RFC6040 || policy == EcnPolicy.UNTAGGED && !isTagged;
    }

    /** Linux {@code pskb_inet_may_pull}: an IP header without options must be there; nothing else is checked. */
    private static int shortestPayload(final int etherType)
    {
        if (etherType == EtherType.IPV4)
        {
            return Ipv4Header.LENGTH;
        }
        return etherType == EtherType.IPV6 ? Ipv6Header.LENGTH : 0;
    }
}
