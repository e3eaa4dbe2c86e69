// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;

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
        return new UnderlayDevice(device, local, ttl(
            local.isV4() ? DEFAULT_TTL : IPV6_SETTINGS.resolve(device.getName()).resolve("hop_limit")));
    }

    private static int ttl(final Path setting)
    {
        try
        {
            // The kernel answers only the first read, so that must be a long one.
            return Integer.parseInt(Files.readAllLines(setting).get(0).strip());
        }
        catch (final IOException | NumberFormatException ex)
        {
            return LINUX_TTL;
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

    byte[] mac() throws SocketException
    {
        return device.getHardwareAddress();
    }

    String name()
    {
        return device.getName();
    }
}
