// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.gateway.Link;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of an IP header that routing needs, with all checks of RFC 1812 §5.2.2, and changes it. One thread.
 */
final class PacketHeader
{
    private static final int FIRST_MULTICAST = 224;
    private static final int LOOPBACK = 127;
    /** 169.254.0.0/16 (RFC 3927 §2.7). */
    private static final int LINK_LOCAL_V4 = 0xA9FE;
    private static final long DONT_FRAGMENT = 0x4000;

    /** Version 4 and a header without options. */
    private static final int PLAIN_V4 = 0x45;
    private static final int VERSION_SHIFT = 60;
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final long TTL_UNIT = 1L << 56;
    private static final int CHECKSUM_SHIFT = 32;
    private static final long CHECKSUM_MASK = 0xFFFFL << CHECKSUM_SHIFT;

    private final Ipv4Header ip4 = new Ipv4Header();

    boolean isV4;
    int ttl;
    /** Bytes of header and payload. */
    int length;
    boolean isFragmentable;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    /** Where layer 3 begins. */
    private int l3;

    /**
     * Read the header of a frame without VLAN tags.
     *
     * @param type EtherType of the frame.
     * @return {@link DropReason#NONE}, or why the packet is not routed.
     */
    DropReason parse(final Frame frame, final int type)
    {
        final MemoryBuffer buffer = frame.buffer();
        l3 = frame.offset() + EthernetHeader.LENGTH;
        final int available = frame.length() - EthernetHeader.LENGTH;
        isV4 = type == EtherType.IPV4;
        return isV4 ? parseV4(buffer, available) :
            type == EtherType.IPV6 ? parseV6(buffer, available) : DropReason.NOT_IP;
    }

    private DropReason parseV4(final MemoryBuffer buffer, final int available)
    {
        if (available >= Ipv4Header.LENGTH && buffer.getByte(l3) == PLAIN_V4)
        {
            // The whole header is in two words and an int. All comparisons below are those of the slower way.
            final long first = buffer.getLong(l3, ByteOrder.BIG_ENDIAN);
            final long second = buffer.getLong(l3 + Long.BYTES, ByteOrder.BIG_ENDIAN);
            final int destination = buffer.getInt(l3 + 2 * Long.BYTES, ByteOrder.BIG_ENDIAN);
            length = (int)(first >>> Integer.SIZE) & 0xFFFF;
            if (length < Ipv4Header.LENGTH || length > available || Checksum.fold((first >>> Integer.SIZE) +
                (first & LOW_HALF) + (second >>> Integer.SIZE) + (second & LOW_HALF) + (destination & LOW_HALF)) !=
                0xFFFF)
            {
                return DropReason.BAD_IP_HEADER;
            }
            ttl = (int)(second >>> 56);
            isFragmentable = (first & DONT_FRAGMENT) == 0;
            return addressesV4((int)second, destination);
        }
        final DropReason fault = ip4.wrap(buffer, l3, available).check();
        if (fault != DropReason.NONE)
        {
            return fault;
        }
        if (!ip4.isChecksumValid())
        {
            return DropReason.BAD_IP_HEADER;
        }
        length = ip4.totalLength();
        ttl = ip4.ttl();
        isFragmentable = !ip4.dontFragment();
        return addressesV4(ip4.source(), ip4.destination());
    }

    private DropReason addressesV4(final int source, final int destination)
    {
        sourceHigh = 0;
        sourceLow = IpAddress.v4Low(source);
        destinationHigh = 0;
        destinationLow = IpAddress.v4Low(destination);
        return isMartian(source) ? DropReason.MARTIAN_ADDRESS : DropReason.NONE;
    }

    private static boolean isMartian(final int address)
    {
        final int first = address >>> 24;
        return first == 0 || first == LOOPBACK || first >= FIRST_MULTICAST || address >>> 16 == LINK_LOCAL_V4;
    }

    private DropReason parseV6(final MemoryBuffer buffer, final int available)
    {
        if (available < Ipv6Header.LENGTH)
        {
            return DropReason.INNER_IP_TRUNCATED;
        }
        // The checks of Ipv6Header, of fields that are read together.
        final long first = buffer.getLong(l3, ByteOrder.BIG_ENDIAN);
        if (first >>> VERSION_SHIFT != Ipv6Header.VERSION)
        {
            return DropReason.BAD_IP_VERSION;
        }
        length = Ipv6Header.LENGTH + ((int)(first >>> Short.SIZE) & 0xFFFF);
        if (length > available)
        {
            return DropReason.BAD_IP_HEADER;
        }
        ttl = (int)first & 0xFF;
        isFragmentable = false;
        final int source = l3 + Ipv6Header.SOURCE_OFFSET;
        sourceHigh = buffer.getLong(source, ByteOrder.BIG_ENDIAN);
        sourceLow = buffer.getLong(source + Long.BYTES, ByteOrder.BIG_ENDIAN);
        destinationHigh = buffer.getLong(source + 2 * Long.BYTES, ByteOrder.BIG_ENDIAN);
        destinationLow = buffer.getLong(source + 3 * Long.BYTES, ByteOrder.BIG_ENDIAN);
        return isMartian(sourceHigh, sourceLow) ? DropReason.MARTIAN_ADDRESS : DropReason.NONE;
    }

    /** Whether no router forwards to the destination. */
    boolean isMartianDestination(final @Nullable Link in)
    {
        return isV4 ? isMartian((int)destinationLow) : isMartian(destinationHigh, destinationLow) ||
            IpAddress.isLinkLocal(destinationHigh) && (in == null || !in.owns(destinationHigh, destinationLow));
    }

    /** Unspecified, loopback, IPv4-mapped and all else that begins with 80 zeros; multicast. */
    private static boolean isMartian(final long high, final long low)
    {
        return high == 0 && low >>> 48 == 0 || high >>> 56 == 0xFF;
    }

    /** Write other MACs, and a time to live or hop limit that is one less, into the frame that was read. */
    void rewrite(final Frame frame, final long destination, final long source)
    {
        final MemoryBuffer buffer = frame.buffer();
        EthernetHeader.addresses(buffer, l3 - EthernetHeader.LENGTH, destination, source);
        if (isV4)
        {
            // RFC 1624: the checksum grows by what the time to live shrinks by.
            final int index = l3 + Ipv4Header.TTL_OFFSET;
            final long word = buffer.getLong(index, ByteOrder.BIG_ENDIAN) - TTL_UNIT;
            final long sum = (word >>> CHECKSUM_SHIFT & 0xFFFF) + 0x0100;
            final long folded = (sum & 0xFFFF) + (sum >>> Short.SIZE);
            final long checksum = folded == 0xFFFF ? 0 : folded;
            buffer.putLong(index, word & ~CHECKSUM_MASK | checksum << CHECKSUM_SHIFT, ByteOrder.BIG_ENDIAN);
        }
        else
        {
            buffer.putByte(l3 + Ipv6Header.HOP_LIMIT_OFFSET, (byte)(ttl - 1));
        }
    }
}
