// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.testdata.Hex;
import java.util.Arrays;

/** An Ethernet frame read the plain way, octet by octet, by nothing the engine uses. */
record NaivePacket(byte[] bytes)
{
    static final String ANY_FLOW = "any";

    private int u8(final int offset)
    {
        return bytes[offset] & 0xFF;
    }

    private int u16(final int offset)
    {
        return u8(offset) << 8 | u8(offset + 1);
    }

    /** Behind seven tags at most, as Linux has it. */
    int l3()
    {
        int type = 12;
        while (type < 12 + 7 * 4 && (u16(type) == 0x8100 || u16(type) == 0x88A8))
        {
            type += 4;
        }
        return type + 2;
    }

    boolean isV4()
    {
        return u16(l3() - 2) == 0x0800;
    }

    private boolean isV6()
    {
        return u16(l3() - 2) == 0x86DD;
    }

    boolean isFragment()
    {
        return isV4() ? (u16(l3() + 6) & 0x3FFF) != 0 : isV6() && u8(l3() + 6) == 44;
    }

    private int l4()
    {
        return isV4() ? l3() + (u8(l3()) & 0xF) * 4 : l3() + 40;
    }

    private int protocol()
    {
        return isV4() ? u8(l3() + 9) : u8(l3() + 6);
    }

    boolean isUdp()
    {
        return (isV4() || isV6()) && protocol() == 17;
    }

    /** Addresses, protocol and ports; ANY_FLOW where they cannot be known; the frame itself where there are none. */
    String flow()
    {
        if (isFragment())
        {
            return ANY_FLOW;
        }
        if (!isV4() && !isV6() || protocol() == 1 || protocol() == 58)
        {
            return Hex.of(bytes);
        }
        if (protocol() != 6 && protocol() != 17)
        {
            return ANY_FLOW;
        }
        final int from = isV4() ? l3() + 12 : l3() + 8;
        final int to = isV4() ? l3() + 20 : l3() + 40;
        return protocol() + Hex.of(Arrays.copyOfRange(bytes, from, to)) +
            Hex.of(Arrays.copyOfRange(bytes, l4(), l4() + 4));
    }

    /** Both the IPv4 header's and the transport's. */
    boolean areChecksumsRight()
    {
        if (isV4() && sum(0, l3(), l4()) != 0xFFFF)
        {
            return false;
        }
        return sum(pseudoHeader(), l4(), end()) == 0xFFFF;
    }

    /** Whether the transport's checksum is the sum of the pseudo header, and nothing lies behind the packet. */
    boolean isChecksumUnfinished()
    {
        return !isFragment() && (isV4() || isV6()) && (protocol() == 6 || protocol() == 17) && end() == bytes.length &&
            u16(l4() + (isUdp() ? 6 : 16)) == pseudoHeader();
    }

    private int end()
    {
        return isV4() ? l3() + u16(l3() + 2) : l4() + u16(l3() + 4);
    }

    private int pseudoHeader()
    {
        final int from = isV4() ? l3() + 12 : l3() + 8;
        final int addresses = sum(0, from, isV4() ? l3() + 20 : l3() + 40);
        return sum(addresses + protocol() + end() - l4(), 0, 0);
    }

    /** Without the IPv4 id, and the checksum that covers it. */
    byte[] withoutId()
    {
        final byte[] copy = bytes.clone();
        Arrays.fill(copy, l3() + 4, l3() + 6, (byte)0);
        Arrays.fill(copy, l3() + 10, l3() + 12, (byte)0);
        return copy;
    }

    boolean hasFixedIdOf(final NaivePacket first)
    {
        return isV4() && (u16(l3() + 6) & 0x4000) != 0 && u16(l3() + 4) == first.u16(first.l3() + 4);
    }

    private int sum(final int initial, final int from, final int to)
    {
        long sum = initial;
        for (int i = from; i < to; i++)
        {
            sum += (i - from) % 2 == 0 ? u8(i) << 8 : u8(i);
        }
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int)sum;
    }
}
