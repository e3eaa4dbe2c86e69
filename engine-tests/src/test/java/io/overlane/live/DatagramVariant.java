// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.testdata.FrameSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A recorded datagram, and others like it that differ in the frame inside, or in the checksum. */
enum DatagramVariant
{
    AS_RECORDED(null, false),
    NO_CHECKSUM(null, true),
    IPV4(FrameSpec.ipv4Udp().payload("IPv4 inside"), true),
    IPV4_TCP(FrameSpec.ipv4Tcp().payload("TCP inside"), true),
    IPV6(FrameSpec.ipv6Udp().payload("IPv6 inside"), true);

    private static final int ETHERNET = 14;
    private static final int MACS = 12;
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int VXLAN_HEADER = 8;
    private static final int UDP = 17;

    private final FrameSpec inner;
    private final boolean dropsChecksum;

    DatagramVariant(final FrameSpec inner, final boolean dropsChecksum)
    {
        this.inner = inner;
        this.dropsChecksum = dropsChecksum;
    }

    /** The packets of a case; null if there is no such variant of them. */
    List<byte[]> of(final List<byte[]> packets)
    {
        if (!dropsChecksum)
        {
            return packets;
        }
        final byte[] packet = packets.get(0);
        final int udp = packet[0] >>> 4 == 4 ? V4_HEADER : V6_HEADER;
        if (packets.size() > 1 || packet[udp == V4_HEADER ? 9 : 6] != UDP)
        {
            return null;
        }
        final int start = udp + UDP_HEADER + VXLAN_HEADER;
        final byte[] changed = inner == null ? packet.clone() : withInner(packet, udp, start);
        if (changed != null)
        {
            changed[udp + 6] = 0;
            changed[udp + 7] = 0;
        }
        return changed == null || Arrays.equals(changed, packet) ? null : List.of(changed);
    }

    /** The frame of this variant with the addresses of another one; null if there is none. */
    byte[] frame(final byte[] other)
    {
        if (inner == null)
        {
            return null;
        }
        final byte[] frame = inner.bytes();
        System.arraycopy(other, 0, frame, 0, MACS);
        return frame;
    }

    /** The same packet with another frame behind its MAC addresses; wrong lengths stay wrong by as much. */
    private byte[] withInner(final byte[] packet, final int udp, final int start)
    {
        final ByteBuffer buffer = ByteBuffer.wrap(packet);
        final int end = udp + buffer.getShort(udp + 4);
        if (packet.length < start + ETHERNET || end < start + ETHERNET || end > packet.length + 64)
        {
            return null;
        }
        final byte[] frame = inner.bytes();
        System.arraycopy(packet, start, frame, 0, MACS);
        final int trailer = Math.max(0, packet.length - end);
        final byte[] changed = Arrays.copyOf(packet, start + frame.length + trailer);
        System.arraycopy(frame, 0, changed, start, frame.length);
        final int growth = changed.length - packet.length;
        final ByteBuffer to = ByteBuffer.wrap(changed);
        to.putShort(udp + 4, (short)(buffer.getShort(udp + 4) + growth));
        if (udp == V4_HEADER)
        {
            to.putShort(2, (short)(buffer.getShort(2) + growth));
            to.putShort(10, (short)0);
            to.putShort(10, (short)~sum(to));
        }
        else
        {
            to.putShort(4, (short)(buffer.getShort(4) + growth));
        }
        return changed;
    }

    private static int sum(final ByteBuffer packet)
    {
        int sum = 0;
        for (int i = 0; i < V4_HEADER; i += 2)
        {
            sum += packet.getShort(i) & 0xffff;
        }
        return (sum & 0xffff) + (sum >>> 16);
    }
}
