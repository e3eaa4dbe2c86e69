// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.routing.RouteTarget;
import java.util.List;
import java.util.stream.Stream;

/**
 * A static route of a routing context in the syntax of {@code --route}: {@code CIDR,via=IP[,vni=N]}, {@code
 * CIDR,remote=IP[:PORT],mac=MAC} or {@code CIDR,type=blackhole|unreachable}.
 *
 * @param prefix inner destinations, without host bits.
 * @param target where they are.
 */
record RouteSpec(IpPrefix prefix, RouteTarget target)
{
    private static final List<String> NAMES = List.of("via", "vni", "remote", "mac", "type");

    /**
     * @param text           value of {@code --route}.
     * @param local          address of this host; a link-local remote without a zone gets that of it.
     * @param defaultUdpPort of a remote without a port.
     * @return the route.
     * @throws IllegalArgumentException if the text is wrong; one line that quotes it.
     */
    static RouteSpec parse(final String text, final IpAddress local, final int defaultUdpPort)
    {
        try
        {
            final String[] parts = text.split(",", -1);
            final IpPrefix prefix = IpPrefix.parse(parts[0]);
            if (!prefix.equals(prefix.base()))
            {
                throw new IllegalArgumentException(prefix + " has host bits; did you mean " + prefix.base() + "?");
            }
            final RouteTarget target = target(NamedParts.of(parts, NAMES, "a route"), local, defaultUdpPort);
            if (target instanceof RouteTarget.Via via && via.nextHop().isV4() != prefix.address().isV4())
            {
                throw new IllegalArgumentException(
                    "next hop " + via.nextHop() + " is of another family than " + prefix);
            }
            return new RouteSpec(prefix, target);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("--route " + text + ": " + ex.getMessage(), ex);
        }
    }

    private static RouteTarget target(final NamedParts parts, final IpAddress local, final int defaultUdpPort)
    {
        if (Stream.of("via", "remote", "type").filter(parts::has).count() != 1)
        {
            throw new IllegalArgumentException("give one of via=IP, remote=IP[:PORT],mac=MAC and " +
                "type=blackhole|unreachable");
        }
        if (parts.has("vni") && !parts.has("via") || parts.has("mac") && !parts.has("remote"))
        {
            throw new IllegalArgumentException("vni=… needs via=…, and mac=… needs remote=…");
        }
        if (parts.has("via"))
        {
            final IpAddress nextHop = IpAddress.parse(parts.required("via"));
            final String vni = parts.get("vni");
            return vni == null ? new RouteTarget.Via(nextHop) : new RouteTarget.Via(nextHop, vni(vni));
        }
        if (parts.has("remote"))
        {
            return new RouteTarget.Remote(
                Vtep.parse(parts.required("remote"), defaultUdpPort).inZoneOf(local),
                MacAddress.parse(parts.required("mac")));
        }
        return switch (parts.required("type"))
        {
            case "blackhole" -> new RouteTarget.Blackhole();
            case "unreachable" -> new RouteTarget.Unreachable();
            default -> throw new IllegalArgumentException(
                "not a type: '" + parts.get("type") + "' (expected blackhole or unreachable)");
        };
    }

    private static int vni(final String text)
    {
        if (!text.matches("[0-9]{1,8}"))
        {
            throw new IllegalArgumentException("not a VNI: '" + text + "' (expected 0..." + Vni.MAX_VALUE + ")");
        }
        return Vni.check(Integer.parseInt(text));
    }
}
