package io.overlane.pipeline;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.neighbor.NeighborTable;
import io.overlane.status.DropReason;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;

/**
 * Answers ARP requests (RFC 826) and neighbour solicitations (RFC 4861 §7.2) for known neighbours, so that they need
 * not be flooded. Everything it does not know goes on its way, unlike Linux {@code arp_reduce}, which swallows it.
 *
 * <p>Never answered: probes and announcements (RFC 5227), and duplicate address detection (RFC 4862 §5.4), where the
 * one who asks may be the owner.
 */
public final class Suppress
{
    private static final int ND_HOP_LIMIT = 255;

    private final NeighborTable neighbors;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpHeader arp = new ArpHeader();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NdMessage nd = new NdMessage();

    /**
     * @param neighbors who is known.
     */
    public Suppress(final NeighborTable neighbors)
    {
        this.neighbors = neighbors;
    }

    /**
     * Turn a request into its answer, where it lies.
     *
     * @param frame an Ethernet frame to a group address.
     * @param vni   its segment.
     * @return true if the frame is now the answer; false if it is untouched.
     */
    boolean answer(final Frame frame, final int vni)
    {
        ethernet.wrap(frame.buffer(), frame.offset(), frame.length());
        switch (ethernet.etherType())
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
            arp.senderIp() == 0 || arp.senderIp() == arp.targetIp())
        {
            return false;
        }
        final int address = arp.targetIp();
        final long mac = neighbors.lookup(vni, 0, IpAddress.v4Low(address));
        if (mac == NeighborTable.MISSING || mac == arp.senderMac())
        {
            return false;
        }
        ethernet.destination(arp.senderMac()).source(mac);
        arp.operation(ArpHeader.REPLY)
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
        final boolean isDuplicateDetection = (ipv6.sourceHigh() | ipv6.sourceLow()) == 0;
        if (nd.check() != DropReason.NONE || nd.type() != NdMessage.SOLICITATION || isDuplicateDetection)
        {
            return false;
        }
        final long mac = neighbors.lookup(vni, nd.targetHigh(), nd.targetLow());
        if (mac == NeighborTable.MISSING || mac == ethernet.source())
        {
            return false;
        }
        ethernet.destination(ethernet.source()).source(mac);
        ipv6.payloadLength(NdMessage.LENGTH_WITH_LINK_LAYER)
            .destinationHigh(ipv6.sourceHigh()).destinationLow(ipv6.sourceLow())
            .sourceHigh(nd.targetHigh()).sourceLow(nd.targetLow());
        nd.wrap(frame.buffer(), l3Offset + Ipv6Header.LENGTH, NdMessage.LENGTH_WITH_LINK_LAYER)
            .type(NdMessage.ADVERTISEMENT)
            .flags(NdMessage.SOLICITED | NdMessage.OVERRIDE)
            .linkLayerAddress(mac)
            .updateChecksum(ipv6);
        frame.length(EthernetHeader.LENGTH + Ipv6Header.LENGTH + NdMessage.LENGTH_WITH_LINK_LAYER);
        return true;
    }
}
