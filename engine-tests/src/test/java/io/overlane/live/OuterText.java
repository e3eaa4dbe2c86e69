// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.kernel.OuterPacket;
import io.overlane.testdata.Hex;
import io.overlane.underlay.UnderlayOptions;
import java.util.Arrays;

/**
 * A frame of the wire as text. Of a VXLAN datagram everything is there but two fields, in which the kernel's way may
 * differ as documented: the UDP source port, of which the range is checked, and the UDP checksum, which must be right
 * or zero. Over IPv6 there is a third, the flow label. A datagram that may be fragmented has an identification of the
 * host's own, too; the fast path sends none.
 */
final class OuterText
{
    private static final int ETHERNET = 14;
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;

    private OuterText()
    {
    }

    static String of(final byte... frame)
    {
        final byte[] packet = Arrays.copyOfRange(frame, ETHERNET, frame.length);
        if (packet.length < V4_HEADER || !OuterPacket.isUdp(packet))
        {
            return "other " + Hex.of(withoutId(packet));
        }
        final OuterPacket outer = OuterPacket.parse(packet);
        final int port = outer.from().udpPort();
        final boolean isInRange = port >= UnderlayOptions.DEFAULT_SOURCE_PORT_LOW ||
            port == outer.to().udpPort();
        if (!isInRange || "wrong".equals(outer.checksum()))
        {
            return "source port " + port + ", checksum " + outer.checksum() + ": " + Hex.of(frame);
        }
        final int udp = packet[0] >>> 4 == 4 ? V4_HEADER : V6_HEADER;
        packet[udp] = 0;
        packet[udp + 1] = 0;
        packet[udp + 6] = 0;
        packet[udp + 7] = 0;
        if (udp == V6_HEADER)
        {
            packet[1] &= (byte)0xf0;
            packet[2] = 0;
            packet[3] = 0;
        }
        if (outer.df() == 0)
        {
            withoutId(packet);
        }
        return Hex.of(frame, 0, ETHERNET) + " " + Hex.of(packet);
    }

    /** The identification is a number of the host's own, and the sum follows that. */
    private static byte[] withoutId(final byte... packet)
    {
        if (packet.length >= V4_HEADER && packet[0] >>> 4 == 4)
        {
            packet[4] = 0;
            packet[5] = 0;
            packet[10] = 0;
            packet[11] = 0;
        }
        return packet;
    }
}
