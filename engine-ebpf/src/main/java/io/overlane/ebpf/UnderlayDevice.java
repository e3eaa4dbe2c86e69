// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The Ethernet device that has the engine's address.
 *
 * @param local address of the engine.
 * @param ttl   of packets for which the engine sets none.
 */
record UnderlayDevice(NetworkInterface device, IpAddress local, int ttl)
{
    private static final Path DEFAULT_TTL = Path.of("/proc/sys/net/ipv4/ip_default_ttl");
    private static final Path IPV6_SETTINGS = Path.of("/proc/sys/net/ipv6/conf");
    private static final Path DEVICES = Path.of("/sys/class/net");
    private static final int LINUX_TTL = 64;
    private static final int ETHTOOL_GRXCSUM = 0x14;

    /** @throws IllegalArgumentException if no Ethernet device has the address, or the programs cannot use it. */
    static UnderlayDevice of(final IpAddress local) throws IOException
    {
        if (local.isAny() || IpAddress.isLinkLocal(local.high()))
        {
            throw new IllegalArgumentException("no fast path: the underlay is bound to " + local +
                "; bind it to one address of this host" + (local.isAny() ? "" : " that is not link-local"));
        }
        final NetworkInterface device = NetworkInterface.getByInetAddress(local.toInetAddress());
        if (device == null || device.getHardwareAddress() == null)
        {
            throw new IllegalArgumentException("no fast path: " +
                (device == null ? "no interface" : "interface '" + device.getName() + "' is no Ethernet device and") +
                " has the address " + local + "; bind the underlay to the address of an Ethernet device");
        }
        return new UnderlayDevice(device, local, setting(
            local.isV4() ? DEFAULT_TTL : IPV6_SETTINGS.resolve(device.getName()).resolve("hop_limit"), LINUX_TTL));
    }

    private static int setting(final Path setting, final int ifUnknown)
    {
        try
        {
            // The kernel answers only the first read, so that must be a long one.
            return Integer.parseInt(Files.readAllLines(setting).get(0).strip());
        }
        catch (final IOException | NumberFormatException ex)
        {
            return ifUnknown;
        }
    }

    /**
     * The longest IP packet, in bytes; 0 if the device is gone, or does not have the engine's address any more. It may
     * have another name.
     */
    int mtu()
    {
        try
        {
            final NetworkInterface now = NetworkInterface.getByIndex(index());
            final InetAddress address = local.toInetAddress();
            if (now == null || now.inetAddresses().noneMatch(address::equals))
            {
                return 0;
            }
            final int mtu = now.getMTU();
            return local.isV4() ? mtu : Math.min(mtu, setting(IPV6_SETTINGS.resolve(now.getName()).resolve("mtu"), 0));
        }
        catch (final SocketException ex)
        {
            return 0;
        }
    }

    /** Whether datagrams to an address leave from the engine's address: it is of the same IP version. */
    boolean reaches(final IpAddress remote)
    {
        return remote.isV4() == local.isV4() && !IpAddress.isLinkLocal(remote.high());
    }

    /** Whether it is a device of the machine, or of virtual hardware, and no veth, bridge or the like. */
    boolean isHardware()
    {
        return Files.exists(DEVICES.resolve(name()).resolve("device"));
    }

    int index()
    {
        return device.getIndex();
    }

    /** The address that the device has now; null if the device is gone. */
    byte @Nullable [] mac() throws SocketException
    {
        final NetworkInterface now = NetworkInterface.getByIndex(index());
        return now == null ? null : now.getHardwareAddress();
    }

    /** Whether the device tells the kernel that a received checksum is right; true if it does not say. */
    boolean verifiesChecksums() throws SocketException
    {
        final LibC libc = LibC.get();
        final NetworkInterface now = NetworkInterface.getByIndex(index());
        final int socket = now == null ? -1 : libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.O_CLOEXEC);
        if (now == null || socket < 0)
        {
            return true;
        }
        // A struct ifreq, and a struct ethtool_value to which it points: the command, and the answer.
        final MemoryBuffer memory = MemoryBuffer.allocate(Linux.IFREQ_SIZE + Long.BYTES, Long.BYTES);
        memory.putStringWithoutLengthAscii(0, now.getName(), 0, Linux.IFNAME_SIZE - 1);
        memory.putLong(Linux.IFREQ_VALUE_OFFSET, memory.addressOffset() + Linux.IFREQ_SIZE);
        memory.putInt(Linux.IFREQ_SIZE, ETHTOOL_GRXCSUM);
        final boolean isAnswered = libc.ioctl(socket, Linux.SIOCETHTOOL, memory) == 0;
        LibC.close(socket);
        return !isAnswered || memory.getInt(Linux.IFREQ_SIZE + Integer.BYTES) != 0;
    }

    String name()
    {
        return device.getName();
    }
}
