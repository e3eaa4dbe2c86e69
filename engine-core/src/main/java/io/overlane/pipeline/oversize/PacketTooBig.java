// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.parse.Layer3;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import org.jspecify.annotations.Nullable;

/**
 * Builds the answer to an Ethernet frame whose IP packet does not fit the tunnel: ICMP "fragmentation needed" or ICMPv6
 * "packet too big", from the inner destination to the inner source (Linux {@code iptunnel_pmtud_build_icmp}).
 *
 * <p>Besides the cases of {@link IcmpAnswer}, none is built (Linux {@code skb_tunnel_check_pmtu}) for an MTU below 576
 * or 1280, which every path carries; nor about IPv4 without DF, which routers may fragment, or fragments.
 */
final class PacketTooBig
{
    private final IcmpAnswer answer = new IcmpAnswer();

    /**
     * @param portMtu      the largest IP packet the port may send at all.
     * @param longestFrame bytes of the longest frame that would have fitted.
     * @return the answer, valid until the next call, or null if none may be sent.
     */
    @Nullable Frame build(final Frame frame, final int portMtu, final int longestFrame)
    {
        if (!answer.about(frame, Layer3.of(frame, true)))
        {
            return null;
        }
        final int mtu = Math.min(portMtu, longestFrame - answer.linkLength());
        if (answer.isV4())
        {
            final Ipv4Header about = answer.v4();
            return mtu < IcmpAnswer.SMALLEST_V4 || !about.dontFragment() || about.isFragment() ? null : answer.build(
                about.destination(),
                0,
                about.ttl(),
                IcmpHeader.DESTINATION_UNREACHABLE,
                IcmpHeader.FRAGMENTATION_NEEDED,
                mtu);
        }
        final Ipv6Header about = answer.v6();
        return mtu < IcmpAnswer.SMALLEST_V6 ? null : answer.build(
            about.destinationHigh(), about.destinationLow(), about.hopLimit(), IcmpHeader.PACKET_TOO_BIG_V6, 0, mtu);
    }
}
