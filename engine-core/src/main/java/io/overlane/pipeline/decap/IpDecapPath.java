// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.stage.Mirrors;
import io.overlane.pipeline.stage.StageEntry;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.IpNetwork;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.wire.Ipv4Header;

/**
 * Datagrams of the {@code ip-udp} mode become IPv4 packets for the TUN device. flannel's proxy writes every datagram to
 * its device; here the sender, the IP version, the lengths and the destination are checked first.
 */
public final class IpDecapPath implements DecapPath
{
    private final IpNetwork network;
    private final RemoteTable remotes;
    private final OfferQueue out;
    private final PathCounters counters;
    private final Fates fates;
    private final ThreadStages allStages;
    private final Mirrors mirrors;
    private final Ipv4Header ip = new Ipv4Header();

    public IpDecapPath(
        final IpNetwork network, final RemoteTable remotes, final OfferQueue out, final Fates fates,
        final ThreadStages stages)
    {
        this.network = network;
        this.remotes = remotes;
        this.out = out;
        counters = fates.counters();
        this.fates = fates;
        allStages = stages;
        // The engine refuses stages with remotes for packets that come from remotes.
        mirrors = new Mirrors(fates, out.guard(), false, (packet, layer3, vni, high, low, remote) -> {});
        begin(network.port());
    }

    @Override
    public void decap(final Frame datagram, final long sourceHigh, final long sourceLow, final int tos)
    {
        counters.onIn(1, datagram.length());
        final int remote = remotes.find(sourceHigh, sourceLow);
        DropReason verdict = check(datagram, sourceHigh, sourceLow, remote);
        final StageEntry[] stages = allStages.of(DropLedger.NO_VNI);
        if (verdict == DropReason.NONE)
        {
            datagram.length(ip.totalLength());
            if (stages != null)
            {
                verdict = decide(stages, datagram, sourceHigh, sourceLow);
            }
        }
        if (verdict == DropReason.NONE)
        {
            ip.decrementTtl();
            out.add(datagram.verdict(DropReason.NONE), sourceHigh, sourceLow, remote);
        }
        else
        {
            fates.drop(verdict, DropLedger.NO_VNI, sourceHigh, sourceLow, datagram, 1);
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
        out.flush();
        // A stage may have redirected the last packets.
        begin(network.port());
        fates.onBatchEnd();
    }

    private void begin(final Port port)
    {
        out.begin(port, DropLedger.NO_VNI, network.decapTraffic());
    }

    /** Let the stages of the application decide, and find the port that gets the packet. */
    private DropReason decide(
        final StageEntry[] stages, final Frame packet, final long sourceHigh, final long sourceLow)
    {
        final DropReason verdict = allStages.decide(
            stages, packet, Layer3.IPV4_PACKET, DropLedger.NO_VNI, null, sourceHigh, sourceLow, 1, mirrors);
        final Port redirected = allStages.port();
        begin(redirected == null ? network.port() : redirected);
        return verdict;
    }

    private DropReason check(final Frame packet, final long sourceHigh, final long sourceLow, final int remote)
    {
        if (remote < 0 && network.sourcePolicy() != SourcePolicy.ANY)
        {
            return DropReason.SOURCE_NOT_ALLOWED;
        }
        final DropReason verdict = ip.wrap(packet.buffer(), packet.offset(), packet.length()).check();
        if (verdict != DropReason.NONE)
        {
            return verdict;
        }
        if (network.sourcePolicy() == SourcePolicy.ROUTED && !isRoutedTo(sourceHigh, sourceLow))
        {
            return DropReason.SOURCE_NOT_ALLOWED;
        }
        if (!network.isLocal(0, IpAddress.v4Low(ip.destination())))
        {
            return DropReason.NOT_LOCAL;
        }
        return ip.ttl() <= 1 ? DropReason.TTL_EXPIRED : DropReason.NONE;
    }

    private boolean isRoutedTo(final long high, final long low)
    {
        final int target = network.routes().lookup(0, IpAddress.v4Low(ip.source()));
        return target != RouteTable.MISSING && remotes.high(target) == high && remotes.low(target) == low;
    }
}
