// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.parse.Ipv6Extensions;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * A number for the flow of a frame, the same for all frames of the flow. It spreads flows over outer source ports (RFC
 * 7348 §5).
 *
 * <p>A TCP or UDP flow is its addresses, protocol and ports, whatever VLAN tags, IP options or IPv6 extension headers
 * precede them. Fragments and other protocols have no ports: their flow is addresses and protocol. Other frames are
 * hashed over MAC addresses and EtherType, as Linux does ({@code udp_flow_src_port}). The hash has no secret: the same
 * frames give the same numbers in every run.
 */
final class FlowHash
{
    /** More extension headers than any known flow has; longer chains are not followed, because they would cost time. */
    private static final int MAX_EXTENSIONS = 8;

    private static final int PORTS_LENGTH = 4;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();

    /**
     * @param frame  without tunnel header; its bytes may be anything.
     * @param layer3 the frame's {@link Layer3}.
     * @return 32 well-mixed bits, of which the upper ones are used first; 0 for a frame without a whole Ethernet
     *         header.
     */
    int of(final Frame frame, final int layer3)
    {
        final MutableDirectBuffer buffer = frame.buffer();
        final int offset = frame.offset();
        final int length = frame.length();
        final int type = Layer3.etherType(layer3);
        final int l3 = offset + Layer3.offset(layer3);
        final int l3Length = offset + length - l3;
        if (type == EtherType.IPV4 && ipv4.wrap(buffer, l3, l3Length).checkHeader() == DropReason.NONE)
        {
            return ofIpv4(buffer, l3, l3Length);
        }
        if (type == EtherType.IPV6 && ipv6.wrap(buffer, l3, l3Length).checkHeader() == DropReason.NONE)
        {
            return ofIpv6(buffer, l3, l3Length);
        }
        if (length < EthernetHeader.LENGTH)
        {
            return 0;
        }
        final long macs = mix(buffer.getLong(offset, ByteOrder.BIG_ENDIAN));
        return finish(macs, buffer.getInt(offset + Long.BYTES, ByteOrder.BIG_ENDIAN), type);
    }

    private int ofIpv4(final MutableDirectBuffer buffer, final int l3, final int length)
    {
        final long addresses = mix((long)ipv4.source() << Integer.SIZE | ipv4.destination() & 0xFFFF_FFFFL);
        final int protocol = ipv4.protocol();
        final int ports = ipv4.isFragment() ? 0 : ports(buffer, l3, ipv4.headerLength(), length, protocol);
        return finish(addresses, ports, protocol);
    }

    private int ofIpv6(final MutableDirectBuffer buffer, final int l3, final int length)
    {
        long addresses = mix(ipv6.sourceHigh());
        addresses = mix(addresses ^ ipv6.sourceLow());
        addresses = mix(addresses ^ ipv6.destinationHigh());
        addresses = mix(addresses ^ ipv6.destinationLow());

        extensions.wrap(buffer, l3 + Ipv6Header.LENGTH, length - Ipv6Header.LENGTH, ipv6.nextHeader());
        int protocol = extensions.nextHeader();
        for (int i = 0; i < MAX_EXTENSIONS && extensions.next(); i++)
        {
            if (protocol == IpProtocol.FRAGMENT)
            {
                return finish(addresses, 0, extensions.nextHeader());
            }
            protocol = extensions.nextHeader();
        }
        return finish(addresses, ports(buffer, l3, extensions.offset() - l3, length, protocol), protocol);
    }

    /** Source and destination port in one word; 0 if there are none. */
    private static int ports(
        final MutableDirectBuffer buffer, final int l3, final int position, final int length, final int protocol)
    {
        final boolean hasPorts = protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
        return hasPorts && length - position >= PORTS_LENGTH ? buffer.getInt(l3 + position, ByteOrder.BIG_ENDIAN) : 0;
    }

    private static int finish(final long hash, final int word, final int protocol)
    {
        return (int)(mix(hash ^ (long)word << Integer.SIZE ^ protocol) >>> Integer.SIZE);
    }

    /** The 64-bit finalizer of MurmurHash3: every bit of the input changes every bit of the result. */
    private static long mix(final long value)
    {
        long bits = value;
        bits = (bits ^ bits >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        bits = (bits ^ bits >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return bits ^ bits >>> 33;
    }
}
