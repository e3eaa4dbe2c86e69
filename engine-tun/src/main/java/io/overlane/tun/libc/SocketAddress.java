// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.AF_INET6;
import static io.overlane.tun.libc.Linux.AF_INET;
import static io.overlane.tun.libc.Linux.SOCKADDR_IN6_SIZE;
import static io.overlane.tun.libc.Linux.SOCKADDR_IN_SIZE;
import static io.overlane.tun.libc.Linux.SOCKADDR_PORT_OFFSET;
import static io.overlane.tun.libc.Linux.SOCKADDR_V4_ADDRESS_OFFSET;
import static io.overlane.tun.libc.Linux.SOCKADDR_V6_ADDRESS_OFFSET;
import static io.overlane.tun.libc.Linux.SOCKADDR_V6_SCOPE_OFFSET;
import static java.nio.ByteOrder.BIG_ENDIAN;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;

/**
 * Reads and writes {@code sockaddr_in} and {@code sockaddr_in6} in a buffer. On an IPv6 socket an IPv4 address has the
 * form of {@link IpAddress}, so its words are copied unchanged.
 */
public final class SocketAddress
{
    /** Room for either form, a multiple of eight bytes. */
    public static final int SPACE = 32;

    private SocketAddress()
    {
    }

    /**
     * Writes the address's zone as the scope. The flow label is left as it is: zero.
     *
     * @return bytes of the form.
     */
    public static int put(
        final MemoryBuffer buffer,
        final int offset,
        final int family,
        final long high,
        final long low,
        final int udpPort)
    {
        buffer.putShort(offset, (short)family);
        buffer.putShort(offset + SOCKADDR_PORT_OFFSET, (short)udpPort, BIG_ENDIAN);
        if (family == AF_INET)
        {
            buffer.putInt(offset + SOCKADDR_V4_ADDRESS_OFFSET, (int)low, BIG_ENDIAN);
            return SOCKADDR_IN_SIZE;
        }
        buffer.putLong(offset + SOCKADDR_V6_ADDRESS_OFFSET, IpAddress.withZone(high, 0), BIG_ENDIAN);
        buffer.putInt(offset + SOCKADDR_V6_SCOPE_OFFSET, IpAddress.zone(high));
        buffer.putLong(offset + SOCKADDR_V6_ADDRESS_OFFSET + Long.BYTES, low, BIG_ENDIAN);
        return SOCKADDR_IN6_SIZE;
    }

    public static int udpPort(final MemoryBuffer buffer, final int offset)
    {
        return buffer.getShort(offset + SOCKADDR_PORT_OFFSET, BIG_ENDIAN) & 0xFFFF;
    }

    public static long high(final MemoryBuffer buffer, final int offset)
    {
        if (!isV6(buffer, offset))
        {
            return 0;
        }
        final long high = buffer.getLong(offset + SOCKADDR_V6_ADDRESS_OFFSET, BIG_ENDIAN);
        return IpAddress.withZone(high, buffer.getInt(offset + SOCKADDR_V6_SCOPE_OFFSET));
    }

    public static long low(final MemoryBuffer buffer, final int offset)
    {
        return isV6(buffer, offset) ?
            buffer.getLong(offset + SOCKADDR_V6_ADDRESS_OFFSET + Long.BYTES, BIG_ENDIAN) :
            IpAddress.v4Low(buffer.getInt(offset + SOCKADDR_V4_ADDRESS_OFFSET, BIG_ENDIAN));
    }

    private static boolean isV6(final MemoryBuffer buffer, final int offset)
    {
        return buffer.getShort(offset) == AF_INET6;
    }
}
