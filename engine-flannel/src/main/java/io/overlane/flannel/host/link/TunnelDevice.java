// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.tun.TunDevice;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names and settings of the tunnel's device on the host. */
public final class TunnelDevice
{
    /** Name of the udp backend's device. */
    public static final String UDP_NAME = "flannel0";

    private TunnelDevice()
    {
    }

    /**
     * @param isV4 family of underlay and overlay: each has a device of its own.
     * @return name of the vxlan backend's device.
     */
    public static String vxlanName(final int vni, final boolean isV4)
    {
        return (isV4 ? "flannel." : "flannel-v6.") + vni;
    }

    /** @return true for names of the tunnels' devices, also of another network on this host. */
    public static boolean isOurs(final String device)
    {
        return device.equals(UDP_NAME) || device.startsWith("flannel.") || device.startsWith("flannel-v6.");
    }

    /**
     * Set up the device and bring it up. Routes come later, as they need the device up.
     *
     * @param mac     to set, null for a device without Ethernet.
     * @param mtu     to set, in bytes of IP.
     * @param address to set: the base of the lease's subnet, with length 32 or 128, so that no broadcast route appears.
     * @throws IOException if a setting is refused, or if the device has another MAC address afterwards.
     */
    public static void configure(
        final IpCommand ip,
        final TunDevice device,
        final @Nullable MacAddress mac,
        final int mtu,
        final IpPrefix address,
        final IpPrefix network) throws IOException
    {
        // Setting it anew would remove all neighbours, which a device that was taken over still has.
        if (mac != null && !mac.equals(device.mac()))
        {
            device.mac(mac);
        }
        device.mtu(mtu);
        ignoreRouterAdvertisements(device.name());
        device.up(true);
        ensureAddress(ip, device.name(), address, network);
        // A rule of udev may change the MAC address of new devices; peers use the published one.
        if (mac != null && !mac.equals(device.mac()))
        {
            throw new IOException("device " + device.name() + " has the MAC address " + device.mac() + ", not " + mac +
                ": another program on this host sets it");
        }
    }

    /** @throws IOException if the host refuses. */
    public static void ensureAddress(
        final IpCommand ip, final String device, final IpPrefix address, final IpPrefix network) throws IOException
    {
        final String family = address.address().isV4() ? "-4" : "-6";
        final List<LinkAddress> present = ip.run(family, "-oneline", "addr", "show", "dev", device).lines()
            .flatMap(line -> LinkAddress.parse(line).stream())
            .toList();
        for (final LinkAddress old : present)
        {
            if (!old.address().equals(address) && network.contains(old.ip()))
            {
                ip.run(family, "addr", "del", old.address().toString(), "dev", device);
            }
        }
        if (present.stream().noneMatch(old -> old.address().equals(address)))
        {
            ip.run(address.address().isV4() ?
                List.of(family, "addr", "add", address.toString(), "dev", device) :
                List.of(family, "addr", "add", address.toString(), "dev", device, "nodad"));
        }
    }

    /** Ignore router advertisements from inside the overlay. The setting does not exist where IPv6 is off. */
    private static void ignoreRouterAdvertisements(final String device) throws IOException
    {
        final Path setting = Path.of("/proc/sys/net/ipv6/conf", device, "accept_ra");
        if (Files.isWritable(setting))
        {
            Files.writeString(setting, "0");
        }
    }
}
