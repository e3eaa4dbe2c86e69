// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import java.nio.ByteBuffer;

/**
 * An outer IP packet with a datagram in it, as it stands on a wire.
 *
 * @param from     who sent it; without a port where there is none to be seen.
 * @param to       where it goes.
 * @param tos      type of service or traffic class.
 * @param ttl      time to live or hop limit.
 * @param df       0 or 1; over IPv6, which never fragments, 1.
 * @param fragment true for a piece of a datagram: it has no datagram then.
 * @param checksum {@code valid}, {@code zero} or {@code wrong}, or null where there is none to be seen.
 * @param flow     equal for datagrams of one flow.
 * @param datagram the UDP payload.
 */
public record OuterPacket(
    Vtep from, Vtep to, int tos, int ttl, int df, boolean fragment, String checksum, int flow, byte[] datagram)
{
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int UDP = 17;
    private static final int DF = 0x4000;
    private static final int FRAGMENT = 0x3FFF;

    /**
     * @param packet an IP packet with UDP and without options; what follows it is no part of it.
     * @return what it says.
     */
    public static OuterPacket parse(final byte[] packet)
    {
        final ByteBuffer buffer = ByteBuffer.wrap(packet);
        return (packet[0] & 0xF0) >> 4 == 4 ? parseV4(buffer) : parseV6(buffer);
    }

    /** True if there is a datagram from one socket to another in it. */
    public static boolean isUdp(final byte[] packet)
    {
        return (packet[0] & 0xF0) >> 4 == 4 ? packet[9] == UDP : packet[6] == UDP;
    }

    private static OuterPacket parseV4(final ByteBuffer buffer)
    {
        final int length = buffer.getShort(2);
        final int flags = buffer.getShort(6);
        final IpAddress from = IpAddress.ofV4(buffer.getInt(12));
        final IpAddress to = IpAddress.ofV4(buffer.getInt(16));
        final boolean isFragment = (flags & FRAGMENT) != 0;
        final int df = (flags & DF) == 0 ? 0 : 1;
        final int tos = buffer.get(1) & 0xFF;
        final int ttl = buffer.get(8) & 0xFF;
        if (isFragment)
        {
            return new OuterPacket(new Vtep(from, 1), new Vtep(to, 1), tos, ttl, df, true, null, 0, new byte[0]);
        }
        return udp(buffer, V4_HEADER, length, from, to, tos, ttl, df);
    }

    private static OuterPacket parseV6(final ByteBuffer buffer)
    {
        final IpAddress from = new IpAddress(buffer.getLong(8), buffer.getLong(16));
        final IpAddress to = new IpAddress(buffer.getLong(24), buffer.getLong(32));
        final int length = V6_HEADER + (buffer.getShort(4) & 0xFFFF);
        return udp(buffer, V6_HEADER, length, from, to, buffer.getShort(0) >>> 4 & 0xFF, buffer.get(7) & 0xFF, 1);
    }

    private static OuterPacket udp(
        final ByteBuffer buffer,
        final int header,
        final int length,
        final IpAddress from,
        final IpAddress to,
        final int tos,
        final int ttl,
        final int df)
    {
        final int udpLength = buffer.getShort(header + 4) & 0xFFFF;
        if (header + udpLength != length)
        {
            throw new IllegalArgumentException("UDP length " + udpLength + " in a packet of " + length + " bytes");
        }
        final int sourcePort = buffer.getShort(header) & 0xFFFF;
        final int sum = buffer.getShort(header + 6);
        final boolean isRight = fold(sum(buffer, header == V4_HEADER ? 12 : 8, length) + UDP + udpLength) == 0xFFFF;
        final byte[] payload = new byte[udpLength - UDP_HEADER];
        buffer.get(header + UDP_HEADER, payload);
        return new OuterPacket(
            new Vtep(from, sourcePort),
            new Vtep(to, buffer.getShort(header + 2) & 0xFFFF),
            tos,
            ttl,
            df,
            false,
            sum == 0 ? "zero" : isRight ? "valid" : "wrong",
            sourcePort,
            payload);
    }

    private static int sum(final ByteBuffer buffer, final int from, final int to)
    {
        int sum = 0;
        for (int i = from; i < to; i += 2)
        {
            sum += (buffer.get(i) & 0xFF) << 8 | (i + 1 < to ? buffer.get(i + 1) & 0xFF : 0);
        }
        return sum;
    }

    private static int fold(final int sum)
    {
        int folded = sum;
        while (folded >>> 16 != 0)
        {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return folded;
    }
}
