// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.address.IpAddress;
import io.overlane.wire.Checksum;
import io.overlane.wire.IpProtocol;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * Makes up the outer headers of a packet from the fields that the engine knows: IPv4 or IPv6, UDP, and VXLAN if there
 * is a VNI. The kernel writes the real ones, which the engine never sees. The rest is filled in: the local address and
 * UDP port are those of the socket, perhaps the wildcard; the UDP checksum is 0; identification is 0.
 *
 * <p>A super-frame may be longer than the length fields can say; they are 0 then, as in captures of a Linux host.
 */
final class OuterHeaders
{
    /** IPv6, UDP and VXLAN. */
    static final int MAX_LENGTH = 56;

    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;
    private static final int UDP_LENGTH = 8;
    private static final int VXLAN_LENGTH = 8;
    private static final int MAX_FIELD = 0xFFFF;

    private static final int DEFAULT_TTL = 64;
    private static final int VERSION_4_AND_LENGTH = 0x45;
    private static final int VERSION_6 = 0x6000_0000;
    private static final int VXLAN_FLAGS = 0x0800_0000;

    /** The source ports that an underlay takes by the hash of a flow (RFC 7348 §5). */
    private static final int FIRST_FLOW_PORT = 49_152;
    private static final int FLOW_PORTS_MASK = 0x3FFF;

    private final long localHigh;
    private final long localLow;
    private final boolean isLocalV4;
    private final int localPort;

    /**
     * @param local     address of the socket.
     * @param localPort its UDP port.
     */
    OuterHeaders(final IpAddress local, final int localPort)
    {
        isLocalV4 = local.isV4();
        localHigh = local.high();
        localLow = local.low();
        this.localPort = localPort;
    }

    /**
     * Write the headers.
     *
     * @param buffer    written from index 0 on.
     * @param isDecap   true if the packet came from the remote.
     * @param high      first word of the remote's address.
     * @param low       second word.
     * @param udpPort   of the remote; 0 if it is not known.
     * @param hash      of the flow; 0 if it is not known.
     * @param tos       type of service or traffic class.
     * @param ttl       time to live or hop limit; 0 if it is not known.
     * @param vni       for the VXLAN header; negative for none.
     * @param length    bytes behind the headers.
     * @return bytes of the headers.
     */
    int write(
        final MutableDirectBuffer buffer,
        final boolean isDecap,
        final long high,
        final long low,
        final int udpPort,
        final int hash,
        final int tos,
        final int ttl,
        final int vni,
        final int length)
    {
        final int vxlanLength = vni < 0 ? 0 : VXLAN_LENGTH;
        final int udpLength = UDP_LENGTH + vxlanLength + length;
        final boolean isV4 = IpAddress.isV4(high, low);
        final int ipLength = isV4 ? IPV4_LENGTH : IPV6_LENGTH;
        if (isV4)
        {
            ipv4(buffer, isDecap, (int)low, tos, ttl, IPV4_LENGTH + udpLength);
        }
        else
        {
            ipv6(buffer, isDecap, high, low, tos, ttl, udpLength);
        }
        final int remotePort = udpPort == 0 ? localPort : udpPort;
        final int ownPort = hash == 0 || isDecap ? localPort : FIRST_FLOW_PORT + (hash & FLOW_PORTS_MASK);
        int16(buffer, ipLength, isDecap ? remotePort : ownPort);
        int16(buffer, ipLength + 2, isDecap ? localPort : remotePort);
        int16(buffer, ipLength + 4, field(udpLength));
        int16(buffer, ipLength + 6, 0);
        if (vxlanLength > 0)
        {
            buffer.putInt(ipLength + UDP_LENGTH, VXLAN_FLAGS, ByteOrder.BIG_ENDIAN);
            buffer.putInt(ipLength + UDP_LENGTH + 4, vni << 8, ByteOrder.BIG_ENDIAN);
        }
        return ipLength + UDP_LENGTH + vxlanLength;
    }

    private void ipv4(
        final MutableDirectBuffer buffer,
        final boolean isDecap,
        final int remote,
        final int tos,
        final int ttl,
        final int totalLength)
    {
        final int local = isLocalV4 ? (int)localLow : 0;
        buffer.putByte(0, (byte)VERSION_4_AND_LENGTH);
        buffer.putByte(1, (byte)tos);
        int16(buffer, 2, field(totalLength));
        buffer.putInt(4, 0);
        buffer.putByte(8, (byte)(ttl == 0 ? DEFAULT_TTL : ttl));
        buffer.putByte(9, (byte)IpProtocol.UDP);
        int16(buffer, 10, 0);
        buffer.putInt(12, isDecap ? remote : local, ByteOrder.BIG_ENDIAN);
        buffer.putInt(16, isDecap ? local : remote, ByteOrder.BIG_ENDIAN);
        int16(buffer, 10, ~Checksum.fold(Checksum.sum(buffer, 0, IPV4_LENGTH, 0)) & 0xFFFF);
    }

    private void ipv6(
        final MutableDirectBuffer buffer,
        final boolean isDecap,
        final long remoteHigh,
        final long remoteLow,
        final int tos,
        final int ttl,
        final int payloadLength)
    {
        final long high = isLocalV4 ? 0 : localHigh;
        final long low = isLocalV4 ? 0 : localLow;
        // The zone of a link-local address is in the words, and not in the header.
        final long plainRemote = IpAddress.withZone(remoteHigh, 0);
        final long plainLocal = IpAddress.withZone(high, 0);
        buffer.putInt(0, VERSION_6 | tos << 20, ByteOrder.BIG_ENDIAN);
        int16(buffer, 4, field(payloadLength));
        buffer.putByte(6, (byte)IpProtocol.UDP);
        buffer.putByte(7, (byte)(ttl == 0 ? DEFAULT_TTL : ttl));
        buffer.putLong(8, isDecap ? plainRemote : plainLocal, ByteOrder.BIG_ENDIAN);
        buffer.putLong(16, isDecap ? remoteLow : low, ByteOrder.BIG_ENDIAN);
        buffer.putLong(24, isDecap ? plainLocal : plainRemote, ByteOrder.BIG_ENDIAN);
        buffer.putLong(32, isDecap ? low : remoteLow, ByteOrder.BIG_ENDIAN);
    }

    private static int field(final int length)
    {
        return length > MAX_FIELD ? 0 : length;
    }

    private static void int16(final MutableDirectBuffer buffer, final int index, final int value)
    {
        buffer.putShort(index, (short)value, ByteOrder.BIG_ENDIAN);
    }
}
