// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.IFNAME_SIZE;
import static io.overlane.tun.libc.Linux.IFREQ_SIZE;
import static io.overlane.tun.libc.Linux.IFREQ_VALUE_OFFSET;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;

/** The kernel's {@code struct ifreq}: an interface name and one value, read and written by ioctl. One thread. */
final class InterfaceRequest
{
    private final LibC libc = LibC.get();
    private final MemoryBuffer memory = MemoryBuffer.allocate(IFREQ_SIZE, 8);

    /** @param name at most 15 ASCII characters. */
    InterfaceRequest(final String name)
    {
        memory.putStringWithoutLengthAscii(0, name, 0, IFNAME_SIZE - 1);
    }

    /** @return 0, or the error. */
    int ioctl(final int fd, final long request)
    {
        return libc.ioctl(fd, request, memory) < 0 ? LibC.errno() : 0;
    }

    /** @return 0, or the error. The interface is found by its name, through a socket that is opened and closed here. */
    int ioctl(final long request)
    {
        final int socket = libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.O_CLOEXEC);
        if (socket < 0)
        {
            return LibC.errno();
        }
        try
        {
            return ioctl(socket, request);
        }
        finally
        {
            LibC.close(socket);
        }
    }

    String name()
    {
        int length = 0;
        while (length < IFNAME_SIZE && memory.getByte(length) != 0)
        {
            length++;
        }
        return memory.getStringWithoutLengthAscii(0, length);
    }

    int intValue()
    {
        return memory.getInt(IFREQ_VALUE_OFFSET);
    }

    InterfaceRequest intValue(final int value)
    {
        memory.putInt(IFREQ_VALUE_OFFSET, value);
        return this;
    }

    int flags()
    {
        return memory.getShort(IFREQ_VALUE_OFFSET) & 0xFFFF;
    }

    InterfaceRequest flags(final int flags)
    {
        memory.putShort(IFREQ_VALUE_OFFSET, (short)flags);
        return this;
    }

    /** @return the hardware type of a hardware address (ARPHRD_…). */
    int hardwareType()
    {
        return flags();
    }

    /** @return the six octets of a hardware address, first on the wire highest. */
    long hardwareAddress()
    {
        long address = 0;
        for (int i = 0; i < 6; i++)
        {
            address = (address << 8) | (memory.getByte(IFREQ_VALUE_OFFSET + 2 + i) & 0xFF);
        }
        return address;
    }

    InterfaceRequest hardwareAddress(final int type, final long address)
    {
        flags(type);
        for (int i = 0; i < 6; i++)
        {
            memory.putByte(IFREQ_VALUE_OFFSET + 2 + i, (byte)(address >>> (40 - 8 * i)));
        }
        return this;
    }
}
