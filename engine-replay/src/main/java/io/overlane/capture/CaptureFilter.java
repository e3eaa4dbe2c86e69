// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Selects the packets of a capture. Immutable; any number of threads. Allocates nothing. */
final class CaptureFilter
{
    private static final int IPV4_LENGTH = 20;
    private static final int IPV4_SOURCE_OFFSET = 12;
    private static final int IPV4_DESTINATION_OFFSET = 16;
    private static final int IPV6_LENGTH = 40;
    private static final int IPV6_SOURCE_OFFSET = 8;
    private static final int IPV6_DESTINATION_OFFSET = 24;
    private static final int ARP_LENGTH = 28;
    private static final int ARP_SENDER_OFFSET = 14;
    private static final int ARP_TARGET_OFFSET = 24;

    private final Fate.@Nullable Direction direction;
    private final boolean dropsOnly;
    private final DropReason[] reasons;
    private final int[] vnis;
    private final long[] macs;
    private final Prefix[] prefixes;
    private final boolean isIpNetwork;

    /** A prefix over the mapped form of addresses. */
    private record Prefix(long high, long low, long highMask, long lowMask)
    {
        static Prefix of(final IpPrefix prefix)
        {
            final IpAddress base = prefix.base().address();
            final int length = prefix.mappedLength();
            return new Prefix(base.high(), base.low(), IpPrefix.highMask(length), IpPrefix.lowMask(length));
        }

        boolean contains(final long high, final long low)
        {
            return ((high ^ this.high) & highMask) == 0 && ((low ^ this.low) & lowMask) == 0;
        }
    }

    /** {@code isIpNetwork}: packets have no Ethernet header. */
    CaptureFilter(final CaptureContext context, final boolean isIpNetwork)
    {
        direction = context.direction();
        dropsOnly = context.dropsOnly();
        reasons = context.reasons().toArray(DropReason[]::new);
        vnis = context.vnis().stream().mapToInt(Integer::intValue).toArray();
        macs = context.macs().stream().mapToLong(MacAddress::value).toArray();
        final List<IpPrefix> addresses = context.addresses();
        prefixes = addresses.stream().map(Prefix::of).toArray(Prefix[]::new);
        this.isIpNetwork = isIpNetwork;
    }

    boolean passes(final Fate fate, final int vni)
    {
        return (direction == null || direction == fate.direction()) &&
            (!dropsOnly || fate.outcome() == Fate.Outcome.DROPPED) &&
            (reasons.length == 0 || hasReason(fate.reason())) &&
            (vnis.length == 0 || hasVni(vni)) &&
            (macs.length + prefixes.length == 0 || matchesHeaders(fate));
    }

    private boolean hasReason(final DropReason reason)
    {
        for (final DropReason each : reasons)
        {
            if (each == reason)
            {
                return true;
            }
        }
        return false;
    }

    private boolean hasVni(final int vni)
    {
        for (final int each : vnis)
        {
            if (each == vni)
            {
                return true;
            }
        }
        return false;
    }

    private boolean matchesHeaders(final Fate fate)
    {
        final int skipped = fate.hasTunnelHeader() && !isIpNetwork ? InnerHeaders.VXLAN_LENGTH : 0;
        final int offset = fate.offset() + skipped;
        final int length = fate.length() - skipped;
        return (macs.length == 0 || matchesMac(fate.buffer(), offset, length)) &&
            (prefixes.length == 0 ||
                fate.hasRemote() && inPrefix(fate.remoteHigh(), fate.remoteLow()) ||
                matchesAddress(fate.buffer(), offset, length));
    }

    private boolean matchesMac(final DirectBuffer buffer, final int offset, final int length)
    {
        if (isIpNetwork || length < InnerHeaders.ETHERNET_LENGTH)
        {
            return false;
        }
        final long destination = InnerHeaders.mac(buffer, offset);
        final long source = InnerHeaders.mac(buffer, offset + InnerHeaders.SOURCE_MAC_OFFSET);
        for (final long mac : macs)
        {
            if (mac == source || mac == destination)
            {
                return true;
            }
        }
        return false;
    }

    private boolean matchesAddress(final DirectBuffer buffer, final int offset, final int length)
    {
        if (isIpNetwork)
        {
            final int version = length == 0 ? 0 : buffer.getByte(offset) >>> 4 & 0xF;
            return version == 4 ? v4(buffer, offset, length, IPV4_LENGTH, IPV4_SOURCE_OFFSET, IPV4_DESTINATION_OFFSET) :
                version == 6 && v6(buffer, offset, length);
        }
        final int layer3 = InnerHeaders.layer3(buffer, offset, length);
        final int at = layer3 >>> Short.SIZE;
        return switch (layer3 & 0xFFFF)
        {
            case EtherType.IPV4 ->
                v4(buffer, offset + at, length - at, IPV4_LENGTH, IPV4_SOURCE_OFFSET, IPV4_DESTINATION_OFFSET);
            case EtherType.ARP ->
                v4(buffer, offset + at, length - at, ARP_LENGTH, ARP_SENDER_OFFSET, ARP_TARGET_OFFSET);
            case EtherType.IPV6 -> v6(buffer, offset + at, length - at);
            default -> false;
        };
    }

    private boolean v4(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int headerLength,
        final int sourceOffset,
        final int destinationOffset)
    {
        return length >= headerLength &&
            (inPrefix(0, IpAddress.v4Low(buffer.getInt(offset + sourceOffset, ByteOrder.BIG_ENDIAN))) ||
                inPrefix(0, IpAddress.v4Low(buffer.getInt(offset + destinationOffset, ByteOrder.BIG_ENDIAN))));
    }

    private boolean v6(final DirectBuffer buffer, final int offset, final int length)
    {
        return length >= IPV6_LENGTH &&
            (v6(buffer, offset + IPV6_SOURCE_OFFSET) || v6(buffer, offset + IPV6_DESTINATION_OFFSET));
    }

    private boolean v6(final DirectBuffer buffer, final int index)
    {
        return inPrefix(
            buffer.getLong(index, ByteOrder.BIG_ENDIAN), buffer.getLong(index + Long.BYTES, ByteOrder.BIG_ENDIAN));
    }

    private boolean inPrefix(final long high, final long low)
    {
        for (final Prefix prefix : prefixes)
        {
            if (prefix.contains(high, low))
            {
                return true;
            }
        }
        return false;
    }
}
