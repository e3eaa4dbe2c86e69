// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.json.JsonObject;

/** The members of one address family in a network's configuration: names, limits and defaults. */
enum SubnetRules
{
    V4("", 30, 28, 24),
    V6("IPv6", 126, 124, 64);

    /** A network has at least four subnets, of which the first is not assigned. */
    private static final int MIN_SUBNET_BITS = 2;

    private final String prefix;
    private final int maxSubnetLength;
    private final int maxNetworkLength;
    private final int usualSubnetLength;

    SubnetRules(
        final String prefix, final int maxSubnetLength, final int maxNetworkLength, final int usualSubnetLength)
    {
        this.prefix = prefix;
        this.maxSubnetLength = maxSubnetLength;
        this.maxNetworkLength = maxNetworkLength;
        this.usualSubnetLength = usualSubnetLength;
    }

    /**
     * @param subnets false to ignore the settings for subnets.
     * @throws IllegalArgumentException if a member is wrong; the message names it.
     */
    SubnetRange read(final JsonObject config, final boolean subnets)
    {
        final String name = prefix + "Network";
        final String raw = config.raw(name);
        if (raw == null)
        {
            throw new IllegalArgumentException(name + " is missing");
        }
        final IpPrefix network = network(name, raw);
        if (network.length() == 0 && network.address().isAny())
        {
            throw new IllegalArgumentException(name + "=" + network + ": not a network");
        }
        if (!subnets)
        {
            return new SubnetRange(network, network.length(), network.address(), network.address());
        }
        final int length = subnetLength(config, network);
        final IpPrefix first = new IpPrefix(network.address(), length);
        final IpAddress min = bound(config, "SubnetMin", network, length, SubnetRange.after(first).address());
        final IpAddress max = bound(config, "SubnetMax", network, length, last(network, length));
        if (SubnetRange.compare(min, max) > 0)
        {
            throw new IllegalArgumentException(
                prefix + "SubnetMin=" + min + " is above " + prefix + "SubnetMax=" + max + ": no subnet is left");
        }
        return new SubnetRange(network, length, min, max);
    }

    private IpPrefix network(final String name, final String raw)
    {
        final IpPrefix network;
        try
        {
            network = IpPrefix.parse(unquoted(raw)).base();
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(name + ": " + ex.getMessage(), ex);
        }
        requireFamily(name, network.address());
        return network;
    }

    private int subnetLength(final JsonObject config, final IpPrefix network)
    {
        final String name = prefix + "SubnetLen";
        final long given = config.integer(name, 0);
        if (given == 0)
        {
            if (network.length() > maxNetworkLength)
            {
                throw new IllegalArgumentException(
                    prefix + "Network=" + network + ": too small, at least a /" + maxNetworkLength + " is needed");
            }
            final boolean usual = network.length() <= usualSubnetLength - MIN_SUBNET_BITS;
            return usual ? usualSubnetLength : network.length() + MIN_SUBNET_BITS;
        }
        if (given < 0 || given > maxSubnetLength || given < network.length() + MIN_SUBNET_BITS)
        {
            throw new IllegalArgumentException(name + "=" + given + " is outside " +
                (network.length() + MIN_SUBNET_BITS) + "…" + maxSubnetLength + " for " + network +
                ", which must hold at least four subnets");
        }
        return (int)given;
    }

    /** A bound that is absent or all zero has the default, as in flannel. */
    private IpAddress bound(
        final JsonObject config, final String bound, final IpPrefix network, final int length, final IpAddress usual)
    {
        final String name = prefix + bound;
        final String raw = config.raw(name);
        if (raw == null || this == V6 && raw.equals("null"))
        {
            return usual;
        }
        final IpAddress address;
        try
        {
            address = IpAddress.parse(unquoted(raw));
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(name + ": " + ex.getMessage(), ex);
        }
        requireFamily(name, address);
        if (address.isAny())
        {
            return usual;
        }
        if (!network.contains(address))
        {
            throw new IllegalArgumentException(name + "=" + address + " is outside " + network);
        }
        if (!new IpPrefix(address, length).base().address().equals(address))
        {
            throw new IllegalArgumentException(name + "=" + address + " is not the base of a /" + length);
        }
        return address;
    }

    private void requireFamily(final String name, final IpAddress address)
    {
        if (address.isV4() != (this == V4))
        {
            throw new IllegalArgumentException(
                name + "=" + address + ": expected IPv" + (this == V4 ? 4 : 6));
        }
    }

    private static IpAddress last(final IpPrefix network, final int length)
    {
        final int mapped = network.mappedLength();
        final IpAddress lastAddress = new IpAddress(
            network.address().high() | ~IpPrefix.highMask(mapped), network.address().low() | ~IpPrefix.lowMask(mapped));
        return new IpPrefix(lastAddress, length).base().address();
    }

    /** flannel strips quotes if there are any; a bare number is not an address either way. */
    private static String unquoted(final String raw)
    {
        return raw.replaceAll("^\"|\"$", "");
    }
}
