// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.frame.Frame;
import io.overlane.pipeline.bridge.LocalForward;
import io.overlane.pipeline.learning.Learn;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.policy.ActivePolicy;
import io.overlane.policy.EcnPolicy;
import io.overlane.policy.VlanPolicy;
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
import io.overlane.wire.EthernetPayload;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.VlanTag;
import io.overlane.wire.VxlanHeader;
import org.agrona.concurrent.NanoClock;

/**
 * VXLAN datagrams become Ethernet frames for the port, or the ports, of their segment. The checks and their order are
 * those of Linux {@code vxlan_rcv}, with a named reason for each; where the segment's policy may differ, see
 * {@link io.overlane.policy.PolicyProfile}. A datagram is left as it came until it is sure to go on.
 */
public final class VxlanDecapPath implements DecapPath
{
    private final SegmentTable segments;
    private final Learn learn;
    private final RemoteTable remotes;
    private final OfferQueue out;
    private final LocalForward local;
    private final PathCounters counters;

    private final VxlanHeader vxlan = new VxlanHeader();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final EthernetPayload payload = new EthernetPayload();
    private final EcnDecap ecn = new EcnDecap();

    /** Of the last datagram of this batch; null: not known. */
    private Segment segment;
    /** Of the segment, as they were when the batch came to it. */
    private ActivePolicy rules;
    /** Whether this datagram is one of the segment's. */
    private boolean isOurs;
    private int framesIn;
    private int bytesIn;
    /** Of the last datagram of this batch; negative: not known. */
    private int remote = RemoteTable.MISSING;
    private long remoteHigh;
    private long remoteLow;

    /**
     * A path of the thread that writes the FDB.
     *
     * @param segments    by VNI.
     * @param fdb         learns where sources live.
     * @param remotes     numbers of remotes.
     * @param peerUdpPort port to which learned remotes are sent; not the source port a datagram came from.
     * @param clock       for the age of learned entries.
     * @param out         to the ports.
     * @param counters    decap counters.
     */
    public VxlanDecapPath(
        final SegmentTable segments,
        final Fdb fdb,
        final RemoteTable remotes,
        final int peerUdpPort,
        final NanoClock clock,
        final OfferQueue out,
        final PathCounters counters)
    {
        this(segments, fdb, remotes, peerUdpPort, clock, out, counters, null);
    }

    /**
     * @param segments    by VNI.
     * @param fdb         learns where sources live.
     * @param remotes     numbers of remotes.
     * @param peerUdpPort port to which learned remotes are sent; not the source port a datagram came from.
     * @param clock       for the age of learned entries.
     * @param out         to the ports.
     * @param counters    decap counters.
     * @param ring        to the thread that writes the FDB; null on that thread.
     */
    public VxlanDecapPath(
        final SegmentTable segments,
        final Fdb fdb,
        final RemoteTable remotes,
        final int peerUdpPort,
        final NanoClock clock,
        final OfferQueue out,
        final PathCounters counters,
        final LearnRing ring)
    {
        this.segments = segments;
        this.remotes = remotes;
        this.out = out;
        this.counters = counters;
        learn = new Learn(fdb, remotes, peerUdpPort, clock, ring);
        local = new LocalForward(fdb, ring == null, out, counters);
    }

    /**
     * Learn what another thread has heard. Only on the thread that writes the FDB.
     *
     * @param vni        of a segment.
     * @param source     MAC of a station.
     * @param sourceHigh first word of the outer address it was heard from.
     * @param sourceLow  second word.
     */
    public void learn(final int vni, final long source, final long sourceHigh, final long sourceLow)
    {
        learn.onFrame(vni, source, sourceHigh, sourceLow, remotes.find(sourceHigh, sourceLow));
        // Batches of our own may be long in coming: the next of these is not heard at the same time.
        learn.onBatchEnd();
    }

    @Override
    public void decap(final Frame datagram, final long sourceHigh, final long sourceLow, final int tos)
    {
        framesIn++;
        bytesIn += datagram.length();
        isOurs = false;
        final int offset = datagram.offset();
        final int length = datagram.length();
        final DropReason verdict = check(datagram, sourceHigh, sourceLow, tos);
        if (verdict == DropReason.NONE)
        {
            final LocalPorts ports = segment.ports();
            if (ports.size() == 1)
            {
                out.aim(ports.first(), segment.vni(), segment.decapTraffic());
                out.add(datagram.verdict(DropReason.NONE), sourceHigh, sourceLow, remote);
            }
            else
            {
                local.deliver(segment, ports, datagram, sourceHigh, sourceLow, remote);
            }
        }
        else
        {
            final int vni = isOurs ? segment.vni() : DropLedger.NO_VNI;
            counters.onDropped(verdict, vni, sourceHigh, sourceLow, 1, datagram.buffer(), offset, length);
        }
    }

    @Override
    public long superFrames()
    {
        return out.superFrames();
    }

    @Override
    public void flush()
    {
        counters.onIn(framesIn, bytesIn);
        framesIn = 0;
        bytesIn = 0;
        out.flush();
        segment = null;
        remote = RemoteTable.MISSING;
        learn.onBatchEnd();
        counters.onBatchEnd();
    }

    private DropReason check(final Frame frame, final long sourceHigh, final long sourceLow, final int tos)
    {
        if (vxlan.wrap(frame.buffer(), frame.offset(), frame.length()).check() != DropReason.NONE)
        {
            return DropReason.SHORT_HEADER;
        }
        final long word = vxlan.word();
        if (!VxlanHeader.hasVni(word))
        {
            return DropReason.NO_I_FLAG;
        }
        // Datagrams that come together are of one segment, as a rule.
        final int vni = VxlanHeader.vni(word);
        if (segment == null || segment.vni() != vni)
        {
            segment = segments.lookup(vni);
            if (segment == null)
            {
                return DropReason.UNKNOWN_VNI;
            }
            rules = segment.rules();
        }
        isOurs = true;
        if ((word & rules.reservedBits()) != 0)
        {
            return DropReason.RESERVED_BITS;
        }
        if (!rules.accepts(segment.knownSources(), sourceHigh, sourceLow))
        {
            return DropReason.SOURCE_NOT_ALLOWED;
        }
        findRemote(sourceHigh, sourceLow);
        frame.strip(VxlanHeader.LENGTH);
        return checkInner(frame, sourceHigh, sourceLow, tos);
    }

    /** Datagrams that come together come from one remote, as a rule. */
    private void findRemote(final long sourceHigh, final long sourceLow)
    {
        if (remote < 0 || sourceLow != remoteLow || sourceHigh != remoteHigh)
        {
            remote = remotes.find(sourceHigh, sourceLow);
            remoteHigh = sourceHigh;
            remoteLow = sourceLow;
        }
    }

    private DropReason checkInner(final Frame frame, final long sourceHigh, final long sourceLow, final int tos)
    {
        if (ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).check() != DropReason.NONE)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        int etherType = ethernet.etherType();
        final boolean isTagged = EtherType.isVlan(etherType);
        int tagsToStrip = 0;
        if (isTagged && rules.decapVlan() != VlanPolicy.PASS)
        {
            final DropReason verdict = checkTags(frame);
            if (verdict != DropReason.NONE)
            {
                return verdict;
            }
            etherType = payload.etherType();
            tagsToStrip = payload.tagCount();
        }
        final DropReason verdict = checkSource(sourceHigh, sourceLow);
        if (verdict != DropReason.NONE)
        {
            return verdict;
        }
        final int l2Length = EthernetHeader.LENGTH + tagsToStrip * VlanTag.LENGTH;
        if (frame.length() < l2Length + shortestPayload(etherType))
        {
            return DropReason.INNER_IP_TRUNCATED;
        }
        if ((tos & EcnDecap.MASK) > 0 && tos != ReceiveBatch.TOS_UNKNOWN && carriesMarks(isTagged) &&
            ecn.apply(frame, tos) != DropReason.NONE)
        {
            return DropReason.ECN_NOT_CAPABLE;
        }
        if (tagsToStrip > 0)
        {
            VlanTag.pop(frame, tagsToStrip);
        }
        return DropReason.NONE;
    }

    private DropReason checkTags(final Frame frame)
    {
        if (rules.decapVlan() == VlanPolicy.DROP)
        {
            return DropReason.INNER_VLAN;
        }
        final DropReason verdict = payload.wrap(frame.buffer(), frame.offset(), frame.length()).check();
        return verdict == DropReason.NONE && EtherType.isVlan(payload.etherType()) ? DropReason.INNER_VLAN : verdict;
    }

    private DropReason checkSource(final long sourceHigh, final long sourceLow)
    {
        final long source = ethernet.source();
        if (rules.dropsOwnMac() && segment.isOwnMac(source))
        {
            return DropReason.OWN_MAC;
        }
        if (!MacAddress.isValidSource(source))
        {
            return rules.dropsBadSource() ? DropReason.BAD_SOURCE_MAC : DropReason.NONE;
        }
        if (rules.learning())
        {
            final DropReason verdict = learn.onFrame(segment.vni(), source, sourceHigh, sourceLow, remote);
            if (remote < 0)
            {
                remote = remotes.find(sourceHigh, sourceLow);
            }
            return verdict == DropReason.STATIC_VIOLATION && !rules.dropsStaticViolation() ?
                DropReason.NONE :
                verdict;
        }
        return rules.dropsStaticViolation() ?
            learn.check(segment.vni(), source, sourceHigh, sourceLow) :
            DropReason.NONE;
    }

    private boolean carriesMarks(final boolean isTagged)
    {
        final EcnPolicy policy = rules.ecn();
        return policy == EcnPolicy.RFC6040 || policy == EcnPolicy.UNTAGGED && !isTagged;
    }

    /** Linux {@code pskb_inet_may_pull}: an IP header without options must be there; nothing else is looked at. */
    private static int shortestPayload(final int etherType)
    {
        if (etherType == EtherType.IPV4)
        {
            return Ipv4Header.LENGTH;
        }
        return etherType == EtherType.IPV6 ? Ipv6Header.LENGTH : 0;
    }
}
