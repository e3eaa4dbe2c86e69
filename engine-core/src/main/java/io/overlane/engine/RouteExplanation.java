// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.fdb.FdbEntry;
import io.overlane.forwarding.Forwarding;
import io.overlane.gateway.Hop;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.routing.RouteRow;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.LocalPort;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Says in words where a routing context sends a packet. Any thread. */
final class RouteExplanation
{
    private final Forwarding forwarding;

    RouteExplanation(final Forwarding forwarding)
    {
        this.forwarding = forwarding;
    }

    String of(final String context, final IpAddress destination)
    {
        final Vrf vrf = forwarding.gateways().find(context);
        if (vrf == null)
        {
            return "there is no routing context " + context;
        }
        final Hop hop = vrf.lookup(destination.high(), destination.low());
        if (hop == null)
        {
            return destination + " in " + context + ": no route";
        }
        final String route = destination + " in " + context + ": " + prefix(vrf, destination) + " ";
        return route + switch (hop.kind())
        {
            case Hop.LOCAL -> "is an address of the gateway";
            case Hop.REMOTE -> hop.target() + (vrf.l3Vni() == RoutingContext.NO_VNI ?
                ", but the context has no L3 VNI" : " vni " + vrf.l3Vni());
            case Hop.CONNECTED -> station(hop.link(), destination);
            case Hop.VIA -> hop.target() + ", " + station(hop.link(), new IpAddress(hop.high(), hop.low()));
            case Hop.BLACKHOLE -> "blackhole";
            default -> "unreachable";
        };
    }

    private static String prefix(final Vrf vrf, final IpAddress destination)
    {
        return vrf.rows().stream()
            .map(RouteRow::prefix)
            .filter(prefix -> prefix.contains(destination))
            .max(Comparator.comparingInt(IpPrefix::length))
            .map(IpPrefix::toString)
            .orElse(destination.toString());
    }

    private String station(final @Nullable Link link, final IpAddress next)
    {
        if (link == null)
        {
            return "no gateway has the prefix of the next hop now";
        }
        final String segment = "segment " + link.vni() + " mtu " + link.mtu();
        final long mac = forwarding.neighbors().lookup(link.vni(), next.high(), next.low());
        if (mac == NeighborTable.MISSING)
        {
            return segment + ", the MAC of " + next + " is not known yet";
        }
        final long entry = forwarding.fdb().lookup(link.vni(), mac);
        final String place = entry == FdbEntry.MISSING || FdbEntry.target(entry) != FdbEntry.REMOTE ?
            "flooded, because no frame came from it" :
            place(link, FdbEntry.remote(entry));
        return segment + " mac " + MacAddress.toString(mac) + " " + place;
    }

    private String place(final Link link, final int number)
    {
        final LocalPort port = link.segment().ports().find(number);
        return port == null ? "remote " + forwarding.remotes().vtep(number) : "port " + port.port().name();
    }
}
