// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.IpAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.status.DropReason;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers ARP requests (RFC 826) and neighbour solicitations (RFC 4861 §7.2) for known neighbours, so that they need
 * not be flooded. Requests for unknown neighbours are carried like other frames, unlike Linux {@code arp_reduce}, which
 * drops them.
 *
 * <p>In a probe (RFC 5227) or in duplicate address detection (RFC 4862 §5.4) the asker may itself own the address. Such
 * a request is answered if a user or a control plane configured the neighbour and the asker has another MAC.
 * Announcements are never answered. Requests for a station behind a port of this engine are not answered either: the
 * station answers.
 */
public final class Suppress
{
    private static final int ND_HOP_LIMIT = 255;

    /** ff02::1, the destination of an answer to an asker that has no address yet (RFC 4861 §7.2.4). */
    private static final long ALL_NODES_HIGH = 0xFF02_0000_0000_0000L;
    private static final long ALL_NODES_MAC = 0x3333_0000_0001L;

    private final NeighborTable neighbors;
    private final Fdb fdb;
    private final IntPredicate isPort;
    /** Null if nobody wants reports. */
    private final @Nullable MissReporter misses;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpHeader arp = new ArpHeader();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NdMessage nd = new NdMessage();

    /**
     * @param fdb    says which neighbours are routers, and which are behind a port.
     * @param isPort whether the remote of an FDB entry is a port of this engine.
     * @param misses reports neighbours that are not known; null if nobody wants the reports.
     */
    public Suppress(
        final NeighborTable neighbors, final Fdb fdb, final IntPredicate isPort, final @Nullable MissReporter misses)
    {
        this.neighbors = neighbors;
        this.fdb = fdb;
        this.isPort = isPort;
        this.misses = misses;
    }

    /**
     * Turn a request into its answer, where it lies.
     *
     * @param frame  an Ethernet frame to a group address.
     * @param layer3 the frame's {@link Layer3}.
     * @return true if the frame is now the answer; false if it is unchanged.
     */
    boolean answer(final Frame frame, final int layer3, final int vni)
    {
        if (Layer3.offset(layer3) != EthernetHeader.LENGTH)
        {
            return false;
        }
        ethernet.wrap(frame.buffer(), frame.offset(), frame.length());
        switch (Layer3.etherType(layer3))
        {
            case EtherType.ARP:
                return answerArp(frame, vni);

            case EtherType.IPV6:
                return answerSolicitation(frame, vni);

            default:
                return false;
        }
    }

    private boolean answerArp(final Frame frame, final int vni)
    {
        arp.wrap(frame.buffer(), frame.offset() + EthernetHeader.LENGTH, frame.length() - EthernetHeader.LENGTH);
        if (arp.check() != DropReason.NONE || arp.operation() != ArpHeader.REQUEST ||
            arp.senderIp() == arp.targetIp() || !isStation(arp.targetIp()))
        {
            return false;
        }
        final int address = arp.targetIp();
        final long mac = owner(vni, 0, IpAddress.v4Low(address), arp.senderMac());
        if (mac == NeighborTable.MISSING)
        {
            return false;
        }
        ethernet.destination(arp.senderMac()).source(mac);
        arp.init(ArpHeader.REPLY)
            .targetMac(arp.senderMac()).targetIp(arp.senderIp())
            .senderMac(mac).senderIp(address);
        return true;
    }

    private boolean answerSolicitation(final Frame frame, final int vni)
    {
        final int l3Offset = frame.offset() + EthernetHeader.LENGTH;
        final int l3Length = frame.length() - EthernetHeader.LENGTH;
        if (l3Length < Ipv6Header.LENGTH + NdMessage.LENGTH_WITH_LINK_LAYER ||
            ipv6.wrap(frame.buffer(), l3Offset, l3Length).check() != DropReason.NONE ||
            ipv6.nextHeader() != IpProtocol.ICMPV6 || ipv6.hopLimit() != ND_HOP_LIMIT ||
            ipv6.payloadLength() < NdMessage.LENGTH_WITH_LINK_LAYER)
        {
            return false;
        }
        nd.wrap(frame.buffer(), l3Offset + Ipv6Header.LENGTH, ipv6.payloadLength());
        if (nd.check() != DropReason.NONE || nd.type() != NdMessage.SOLICITATION)
        {
            return false;
        }
        final long mac = owner(vni, nd.targetHigh(), nd.targetLow(), ethernet.source());
        if (mac == NeighborTable.MISSING)
        {
            return false;
        }
        final boolean isDuplicateDetection = (ipv6.sourceHigh() | ipv6.sourceLow()) == 0;
        final int router = FdbEntry.isRouter(fdb.lookup(vni, mac)) ? NdMessage.ROUTER : 0;
        ethernet.destination(isDuplicateDetection ? ALL_NODES_MAC : ethernet.source()).source(mac);
        ipv6.payloadLength(NdMessage.LENGTH_WITH_LINK_LAYER)
            .destinationHigh(isDuplicateDetection ? ALL_NODES_HIGH : ipv6.sourceHigh())
            .destinationLow(isDuplicateDetection ? 1 : ipv6.sourceLow())
            .sourceHigh(nd.targetHigh()).sourceLow(nd.targetLow());
        nd.wrap(frame.buffer(), l3Offset + Ipv6Header.LENGTH, NdMessage.LENGTH_WITH_LINK_LAYER)
            .init(
                NdMessage.ADVERTISEMENT,
                router | NdMessage.OVERRIDE | (isDuplicateDetection ? 0 : NdMessage.SOLICITED))
            .linkLayerAddress(mac)
            .updateChecksum(ipv6);
        frame.length(EthernetHeader.LENGTH + Ipv6Header.LENGTH + NdMessage.LENGTH_WITH_LINK_LAYER);
        return true;
    }

    /** The MAC of an address, or {@link NeighborTable#MISSING} if the request must not be answered. */
    private long owner(final int vni, final long high, final long low, final long asker)
    {
        final long mac = neighbors.lookup(vni, high, low);
        if (mac == NeighborTable.MISSING)
        {
            if (misses != null)
            {
                misses.onNeighbor(vni, high, low);
            }
            return mac;
        }
        if (mac == asker)
        {
            return NeighborTable.MISSING;
        }
        final long entry = fdb.lookup(vni, mac);
        return entry != FdbEntry.MISSING && isPort.test(FdbEntry.remote(entry)) ? NeighborTable.MISSING : mac;
    }

    /** Neither loopback nor multicast, as in Linux. */
    private static boolean isStation(final int address)
    {
        return address >>> 24 != 127 && address >>> 28 != 0xE;
    }
}
