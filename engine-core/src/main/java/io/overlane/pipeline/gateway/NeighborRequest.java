// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.gateway.Link;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;
import org.jspecify.annotations.Nullable;

/** Builds the gateway's requests for the MAC of an address: ARP (RFC 826), neighbour solicitation (RFC 4861 §7.2.2). */
public final class NeighborRequest
{
    private static final int ND_HOP_LIMIT = 255;

    /** ff02::1:ff00:0, to which the last three bytes of the target are added (RFC 4291 §2.7.1). */
    private static final long SOLICITED_NODE_HIGH = 0xFF02_0000_0000_0000L;
    private static final long SOLICITED_NODE_LOW = 0x0000_0001_FF00_0000L;
    private static final long SOLICITED_NODE_MAC = 0x3333_FF00_0000L;
    private static final int LAST_BYTES = 0xFF_FFFF;

    private final Frame request = new FrameSlab(1, NeighborMessage.MAX_ANSWER_LENGTH).frame(0);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpHeader arp = new ArpHeader();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NdMessage nd = new NdMessage();

    /**
     * @param link        the gateway that asks.
     * @param high        first word of the address whose MAC is wanted.
     * @param low         second word.
     * @param destination MAC of the one station to ask, or {@link MacAddress#BROADCAST} for all.
     * @return the request, valid until the next call; null if the gateway has no address of this family.
     */
    public @Nullable Frame build(final Link link, final long high, final long low, final long destination)
    {
        final int source = link.source(high, low);
        if (source == Link.NO_ADDRESS)
        {
            return null;
        }
        return IpAddress.isV4(high, low) ?
            arp(link, (int)link.low(source), (int)low, destination) :
            solicitation(link, source, high, low, destination);
    }

    private Frame arp(final Link link, final int source, final int target, final long destination)
    {
        request.wrap(FrameSlab.HEADROOM, EthernetHeader.LENGTH + ArpHeader.LENGTH);
        ethernet(destination, link.mac(), EtherType.ARP);
        arp.wrap(request.buffer(), request.offset() + EthernetHeader.LENGTH, ArpHeader.LENGTH)
            .init(ArpHeader.REQUEST)
            .senderMac(link.mac()).senderIp(source)
            .targetMac(0).targetIp(target);
        return request;
    }

    private Frame solicitation(
        final Link link, final int source, final long high, final long low, final long destination)
    {
        request.wrap(FrameSlab.HEADROOM, NeighborMessage.MAX_ANSWER_LENGTH);
        ethernet(
            destination == MacAddress.BROADCAST ? SOLICITED_NODE_MAC | low & LAST_BYTES : destination,
            link.mac(),
            EtherType.IPV6);
        final int l3 = request.offset() + EthernetHeader.LENGTH;
        ipv6.wrap(request.buffer(), l3, Ipv6Header.LENGTH + NdMessage.LENGTH_WITH_LINK_LAYER)
            .init()
            .payloadLength(NdMessage.LENGTH_WITH_LINK_LAYER)
            .nextHeader(IpProtocol.ICMPV6)
            .hopLimit(ND_HOP_LIMIT)
            .sourceHigh(link.high(source)).sourceLow(link.low(source))
            .destinationHigh(SOLICITED_NODE_HIGH).destinationLow(SOLICITED_NODE_LOW | low & LAST_BYTES);
        nd.wrap(request.buffer(), l3 + Ipv6Header.LENGTH, NdMessage.LENGTH_WITH_LINK_LAYER)
            .init(NdMessage.SOLICITATION, 0)
            .targetHigh(high).targetLow(low)
            .linkLayerAddress(link.mac())
            .updateChecksum(ipv6);
        return request;
    }

    private void ethernet(final long destination, final long source, final int type)
    {
        ethernet.wrap(request.buffer(), request.offset(), EthernetHeader.LENGTH)
            .destination(destination).source(source).etherType(type);
    }
}
