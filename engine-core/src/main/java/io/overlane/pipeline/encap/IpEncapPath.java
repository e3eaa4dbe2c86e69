// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.limit.RateLimit;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.bridge.PortFlood;
import io.overlane.pipeline.oversize.IcmpError;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.pipeline.stage.Mirrors;
import io.overlane.pipeline.stage.StageEntry;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.port.Port;
import io.overlane.route.RouteTable;
import io.overlane.segment.IpNetwork;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.PortTraffic;
import io.overlane.wire.Checksum;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.Ipv4Header;

/**
 * IPv4 packets of a TUN device become datagrams without any header (flannel's udp backend). The destination is looked
 * up, longest prefix first, and the time to live goes down by one. The sender of a packet without a route gets an ICMP
 * error.
 */
public final class IpEncapPath implements EncapPath
{
    private final IpNetwork network;
    private final SendQueue out;
    private final PathCounters counters;
    private final PortTraffic traffic;
    private final Fates fates;
    private final PortGuard guard;
    private final RateLimit icmpErrors;
    private final int mtu;
    private final IcmpError icmpError = new IcmpError();
    private final OuterRule outer;
    private final OversizeListener oversize = this::tellPathMtu;
    private final Ipv4Header ip = new Ipv4Header();
    private final GsoSplitter segments = new GsoSplitter();
    private final ThreadStages allStages;
    private final Mirrors mirrors;
    private final PortFlood toPort;
    private int count;

    public IpEncapPath(
        final IpNetwork network,
        final SendQueue out,
        final Fates fates,
        final PortGuard guard,
        final RateLimit icmpErrors,
        final ThreadStages stages)
    {
        allStages = stages;
        mirrors = new Mirrors(fates, guard, false, this::mirror);
        toPort = new PortFlood(guard, fates, false);
        this.network = network;
        this.out = out;
        counters = fates.counters();
        traffic = counters.port(network.port());
        this.fates = fates;
        this.guard = guard;
        this.icmpErrors = icmpErrors;
        mtu = network.port().mtu();
        outer = new OuterRule(network.outer());
    }

    @Override
    public Port port()
    {
        return network.port();
    }

    @Override
    public void encap(final FrameBatch batch)
    {
        out.begin(network.port(), DropLedger.NO_VNI, network.encapTraffic(), oversize);
        final StageEntry[] stages = allStages.of(DropLedger.NO_VNI);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame packet = batch.get(i);
            final DropReason verdict = check(packet);
            counters.onIn(count, packet.length());
            traffic.onIn(count, packet.length());
            if (verdict == DropReason.NONE && stages != null)
            {
                decide(stages, packet);
            }
            else if (verdict == DropReason.NONE)
            {
                forward(packet, network.routes().lookup(0, IpAddress.v4Low(ip.destination())));
            }
            else
            {
                drop(verdict, packet);
            }
        }
        out.flush();
        fates.onBatchEnd();
    }

    private DropReason check(final Frame packet)
    {
        count = 1;
        if (packet.verdict() != DropReason.NONE)
        {
            return packet.verdict();
        }
        final DropReason verdict = ip.wrap(packet.buffer(), packet.offset(), packet.length()).check();
        if (verdict != DropReason.NONE)
        {
            return verdict;
        }
        if (packet.gsoType() == Frame.GSO_NONE)
        {
            return (packet.flags() & Frame.NEEDS_CHECKSUM) != 0 ? Checksum.complete(packet) : DropReason.NONE;
        }
        final DropReason offload = segments.open(packet, Layer3.IPV4_PACKET);
        count = offload == DropReason.NONE ? segments.segments() : 1;
        return offload;
    }

    /** Let the stages of the application decide, then carry the packet. */
    private void decide(final StageEntry[] stages, final Frame packet)
    {
        DropReason verdict = allStages.decide(
            stages, packet, Layer3.IPV4_PACKET, DropLedger.NO_VNI, network.port(), 0, 0, count, mirrors);
        if (verdict == DropReason.NONE && packet.gsoType() != Frame.GSO_NONE)
        {
            // A stage may have changed the headers, or sent copies of the segments.
            verdict = segments.open(packet, Layer3.IPV4_PACKET);
        }
        final Port to = allStages.port();
        if (verdict != DropReason.NONE)
        {
            drop(verdict, packet);
        }
        else if (!allStages.isRedirected())
        {
            forward(packet, network.routes().lookup(0, IpAddress.v4Low(ip.destination())));
        }
        else if (to == null)
        {
            forward(packet, allStages.remote());
        }
        else
        {
            fates.offered(
                toPort.offer(packet, to, count), to, network.encapTraffic(), DropLedger.NO_VNI, packet, count);
        }
    }

    private void mirror(
        final Frame packet, final int layer3, final int vni, final long high, final long low, final int remote)
    {
        out.mirror(packet, segments, layer3, remote, outer.of(packet, layer3));
    }

    private void forward(final Frame packet, final int remote)
    {
        final boolean isSuperFrame = packet.gsoType() != Frame.GSO_NONE;
        final int wireLength = isSuperFrame ? segments.segmentLength() : packet.length();
        if (remote == RouteTable.MISSING)
        {
            tell(true, packet, IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.NET_UNREACHABLE, DropReason.NO_ROUTE);
        }
        else if (ip.ttl() <= 1)
        {
            tell(network.allIcmpErrors(), packet, IcmpHeader.TIME_EXCEEDED, 0, DropReason.TTL_EXPIRED);
        }
        else if (wireLength > mtu)
        {
            refuseOversize(packet, wireLength);
        }
        else
        {
            final int fields = outer.of(packet, Layer3.IPV4_PACKET);
            ip.decrementTtl();
            out.add(packet, isSuperFrame ? segments : null, Layer3.IPV4_PACKET, remote, fields);
        }
    }

    private void refuseOversize(final Frame packet, final int wireLength)
    {
        final boolean isTold = network.allIcmpErrors() && mayTell() && tellFragmentationNeeded(packet, mtu);
        fates.oversize(isTold, DropLedger.NO_VNI, 0, 0, packet, wireLength, count);
    }

    /** The packet was sent some time ago, with a time to live that is one less: read its header again. */
    private boolean tellPathMtu(final Frame packet, final int longestPacket)
    {
        return network.allIcmpErrors() &&
            ip.wrap(packet.buffer(), packet.offset(), packet.length()).checkHeader() == DropReason.NONE &&
            mayTell() &&
            tellFragmentationNeeded(packet, Math.min(mtu, longestPacket));
    }

    private boolean mayTell()
    {
        return icmpErrors.take(1, out.clock().nanoTime());
    }

    private boolean tellFragmentationNeeded(final Frame packet, final int nextHopMtu)
    {
        final Frame error = icmpError.build(
            ip,
            packet,
            network.address(),
            IcmpHeader.DESTINATION_UNREACHABLE,
            IcmpHeader.FRAGMENTATION_NEEDED,
            nextHopMtu);
        return error != null && offer(error);
    }

    private boolean offer(final Frame error)
    {
        if (guard.offer(network.port(), error) != DropReason.NONE)
        {
            return false;
        }
        traffic.onOut(1, error.length());
        return true;
    }

    private void tell(
        final boolean isWanted, final Frame packet, final int type, final int code, final DropReason otherwise)
    {
        final Frame error = isWanted ? icmpError.build(ip, packet, network.address(), type, code, 0) : null;
        if (error != null && mayTell() && offer(error))
        {
            fates.answer(DropLedger.NO_VNI, packet, count);
        }
        else
        {
            drop(otherwise, packet);
        }
    }

    private void drop(final DropReason reason, final Frame packet)
    {
        fates.drop(reason, DropLedger.NO_VNI, packet, count);
    }
}
