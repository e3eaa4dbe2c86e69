// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.host.link.TunnelDevice;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Compares a network's configuration with this host. A network that contains the underlay would divert its packets into
 * the tunnel: the node could reach neither its peers nor the registry, and so could not notice a corrected
 * configuration.
 */
final class ConfigurationCheck
{
    /** The largest VNI that flannel before 0.24 can read and write in a lease. */
    private static final int LARGEST_OLD_VNI = 65_535;

    private final NetworkConfig network;
    private final ExternalInterface external;

    ConfigurationCheck(final NetworkConfig network, final ExternalInterface external)
    {
        this.network = network;
        this.external = external;
    }

    /**
     * @param registryHosts names or addresses of the registry's servers; one that has no address now is not checked.
     * @return warnings, before anything was set on the host.
     * @throws IOException if nodes could get subnets that contain an address of this node or of the registry; one line.
     */
    List<String> beforeLease(final Collection<String> registryHosts) throws IOException
    {
        final Map<IpAddress, String> addresses = new LinkedHashMap<>();
        external.addresses().forEach(address -> addresses.put(address, "this node's address " + address));
        for (final String host : registryHosts)
        {
            addressesOf(host).forEach(address ->
                addresses.putIfAbsent(address, "the registry's address " + address));
        }
        final List<String> warnings = new ArrayList<>();
        for (final Map.Entry<IpAddress, String> entry : addresses.entrySet())
        {
            final SubnetRange range = entry.getKey().isV4() ? network.v4() : network.v6();
            if (range != null && range.network().contains(entry.getKey()))
            {
                final String overlap = name(range) + " contains " + entry.getValue();
                if (range.mayAssign(entry.getKey()))
                {
                    throw new IOException("network configuration: " + overlap + ", so the node could cut itself off: " +
                        "choose another network, or leave this address out with SubnetMin and SubnetMax");
                }
                warnings.add(overlap + ", to which the node needs another route than that of the network");
            }
        }
        warnOfLargeVni(warnings);
        return warnings;
    }

    private void warnOfLargeVni(final List<String> warnings)
    {
        if ("vxlan".equals(network.backendType()))
        {
            final long vni = network.backendSection().integer("VNI", 0);
            if (vni > LARGEST_OLD_VNI)
            {
                warnings.add("VNI=" + vni + " is above " + LARGEST_OLD_VNI + ": nodes with flannel before 0.24 " +
                    "cannot read this node's lease, and theirs have another VNI");
            }
        }
    }

    /**
     * @param own subnets of this node, which its containers' bridge may have.
     * @return a warning for each other interface whose addresses are in the network.
     */
    List<String> afterLease(final SubnetKey own)
    {
        final List<String> warnings = new ArrayList<>();
        try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces())
        {
            all.filter(device -> !TunnelDevice.isOurs(device.getName())).forEach(device ->
                device.getInterfaceAddresses().forEach(address -> warn(device.getName(), address, own, warnings)));
        }
        catch (final IOException ex)
        {
            // No warnings where the interfaces cannot be read.
            return warnings;
        }
        return warnings;
    }

    private void warn(
        final String device, final InterfaceAddress address, final SubnetKey own, final List<String> warnings)
    {
        final IpAddress ip = IpAddress.of(address.getAddress());
        final IpPrefix prefix = new IpPrefix(ip, address.getNetworkPrefixLength());
        final SubnetRange range = ip.isV4() ? network.v4() : network.v6();
        final IpPrefix held = ip.isV4() ? own.v4() : own.v6();
        if (range != null && range.network().overlaps(prefix.base()) && !(held != null && held.contains(ip)))
        {
            warnings.add(device + " has " + prefix + ", which overlaps " + name(range) +
                ": this node does not reach addresses that are in both");
        }
    }

    private static String name(final SubnetRange range)
    {
        return (range.network().address().isV4() ? "Network=" : "IPv6Network=") + range.network();
    }

    private static List<IpAddress> addressesOf(final String host)
    {
        try
        {
            return Stream.of(InetAddress.getAllByName(Objects.requireNonNull(host))).map(IpAddress::of).toList();
        }
        catch (final UnknownHostException ex)
        {
            return List.of();
        }
    }
}
