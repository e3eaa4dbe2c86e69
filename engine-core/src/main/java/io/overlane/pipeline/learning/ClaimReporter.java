// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import io.overlane.address.IpAddress;
import io.overlane.event.delivery.EventQueue;
import io.overlane.frame.Frame;
import io.overlane.limit.RateLimit;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.table.Hash;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;
import org.agrona.concurrent.NanoClock;

/**
 * Reports which MAC claims which IP address, in ARP packets and neighbour discovery messages that one thread carries,
 * so that an address with two MACs is found. Each claim is reported once a second at most, and all together not more
 * often than a limit allows.
 *
 * <p>A probe (RFC 5227) or a solicitation of duplicate address detection (RFC 4862 §5.4) claims nothing yet. Frames
 * with VLAN tags are passed over: each VLAN may use the same addresses.
 */
public final class ClaimReporter
{
    /** A sender of invented addresses must not take the room of other events. */
    private static final int CLAIMS_PER_SECOND = 1000;

    private static final int ND_HOP_LIMIT = 255;

    private final EventQueue events;
    private final RecentNews news;
    private final RateLimit limit = new RateLimit(CLAIMS_PER_SECOND);
    private final ArpHeader arp = new ArpHeader();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NdMessage nd = new NdMessage();

    ClaimReporter(final EventQueue events, final NanoClock clock)
    {
        this.events = events;
        news = new RecentNews(events, clock);
    }

    /**
     * Report the claim of a frame, if it has one.
     *
     * @param layer3  the frame's {@link Layer3}.
     * @param high    first word of the place from which it came.
     * @param udpPort of the place.
     */
    public void onFrame(
        final Frame frame, final int layer3, final int vni, final long high, final long low, final int udpPort)
    {
        if (Layer3.offset(layer3) != EthernetHeader.LENGTH)
        {
            return;
        }
        if (Layer3.etherType(layer3) == EtherType.ARP)
        {
            onArp(frame, vni, high, low, udpPort);
        }
        else if (Layer3.etherType(layer3) == EtherType.IPV6)
        {
            onIpv6(frame, vni, high, low, udpPort);
        }
    }

    private void onArp(final Frame frame, final int vni, final long high, final long low, final int udpPort)
    {
        arp.wrap(frame.buffer(), frame.offset() + EthernetHeader.LENGTH, frame.length() - EthernetHeader.LENGTH);
        if (arp.check() == DropReason.NONE && arp.senderIp() != 0)
        {
            claim(vni, 0, IpAddress.v4Low(arp.senderIp()), arp.senderMac(), high, low, udpPort);
        }
    }

    private void onIpv6(final Frame frame, final int vni, final long high, final long low, final int udpPort)
    {
        final int offset = frame.offset() + EthernetHeader.LENGTH;
        final int length = frame.length() - EthernetHeader.LENGTH;
        if (length < Ipv6Header.LENGTH + NdMessage.LENGTH ||
            ipv6.wrap(frame.buffer(), offset, length).check() != DropReason.NONE ||
            ipv6.nextHeader() != IpProtocol.ICMPV6 || ipv6.hopLimit() != ND_HOP_LIMIT ||
            nd.wrap(frame.buffer(), offset + Ipv6Header.LENGTH, ipv6.payloadLength()).check() != DropReason.NONE ||
            nd.linkLayerAddress() == NdMessage.MISSING)
        {
            return;
        }
        if (nd.type() == NdMessage.ADVERTISEMENT)
        {
            claim(vni, nd.targetHigh(), nd.targetLow(), nd.linkLayerAddress(), high, low, udpPort);
        }
        else if ((ipv6.sourceHigh() | ipv6.sourceLow()) != 0)
        {
            claim(vni, ipv6.sourceHigh(), ipv6.sourceLow(), nd.linkLayerAddress(), high, low, udpPort);
        }
    }

    private void claim(
        final int vni,
        final long addressHigh,
        final long addressLow,
        final long mac,
        final long high,
        final long low,
        final int udpPort)
    {
        if (news.isNews(Hash.mix(Hash.mix(Hash.mix(vni, addressHigh), addressLow), mac)) &&
            limit.take(1, events.nowNs()))
        {
            events.offerClaim(vni, addressHigh, addressLow, mac, high, low, udpPort);
        }
    }
}
