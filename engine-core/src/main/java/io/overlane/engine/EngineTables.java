// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.forwarding.Forwarding;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.routing.Gateway;
import io.overlane.routing.NeighborRow;
import io.overlane.routing.RouteRow;
import io.overlane.routing.RoutingContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.NanoClock;

/**
 * Reads the tables of a running engine, from any thread. A method that walks a table returns each entry that stays in
 * the table meanwhile; an entry that comes or goes during the walk may be missing. {@link
 * io.overlane.control.TableOperations#list} shows FDB entries with all their attributes. The sizes of the tables are in
 * {@link OverlayEngine#snapshot()}.
 */
public final class EngineTables
{
    private final Forwarding forwarding;
    private final NanoClock clock;

    /** The key of an FDB or neighbour entry. */
    public record Key<A>(int vni, A address)
    {
    }

    EngineTables(final Forwarding forwarding, final NanoClock clock)
    {
        this.forwarding = forwarding;
        this.clock = clock;
    }

    /** @return segment and MAC address of each FDB entry. */
    public Set<Key<MacAddress>> fdbKeys()
    {
        final Set<Key<MacAddress>> keys = new HashSet<>();
        forwarding.fdb().forEachKey((vni, mac) -> keys.add(new Key<>(vni, new MacAddress(mac))));
        return keys;
    }

    /** @return the MAC address of each neighbour entry, by segment and IP address. */
    public Map<Key<IpAddress>, MacAddress> neighbors()
    {
        final NeighborTable table = forwarding.neighbors();
        final Set<Key<IpAddress>> keys = new HashSet<>();
        table.forEach((vni, high, low, mac) -> keys.add(new Key<>(vni, new IpAddress(high, low))));
        final Map<Key<IpAddress>, MacAddress> neighbors = new HashMap<>();
        for (final Key<IpAddress> key : keys)
        {
            // A walk may return a torn value, a lookup never does.
            final long mac = table.lookup(key.vni, key.address.high(), key.address.low());
            if (mac != NeighborTable.MISSING)
            {
                neighbors.put(key, new MacAddress(mac));
            }
        }
        return neighbors;
    }

    /** @return the remote of each route of the IP network. */
    public Map<IpPrefix, Vtep> routes()
    {
        final RouteTable table = forwarding.routes();
        final Set<IpPrefix> prefixes = new HashSet<>();
        table.forEach((prefix, number) -> prefixes.add(prefix));
        final Map<IpPrefix, Vtep> routes = new HashMap<>();
        for (final IpPrefix prefix : prefixes)
        {
            final int number = table.get(prefix);
            if (number != RouteTable.MISSING)
            {
                final Vtep remote = remote(number);
                // The route may have changed meanwhile, and its former number may belong to another remote.
                if (number == table.get(prefix))
                {
                    routes.put(prefix, remote);
                }
            }
        }
        return routes;
    }

    /** @return routing contexts, each with the router MAC that it uses. */
    public List<RoutingContext> contexts()
    {
        return forwarding.gateways().all().stream().map(Vrf::settings).toList();
    }

    /** @return gateways of segments by VNI. */
    public Map<Integer, Gateway> gateways()
    {
        final Map<Integer, Gateway> gateways = new HashMap<>();
        forwarding.gateways().links().forEach(link -> gateways.put(link.vni(), link.gateway()));
        return gateways;
    }

    /**
     * @param context name of a routing context.
     * @return its routes, those of gateways first; empty if there is no such context.
     */
    public List<RouteRow> routes(final String context)
    {
        final Vrf vrf = forwarding.gateways().find(context);
        return vrf == null ? List.of() : vrf.rows();
    }

    /**
     * Explain where packets go.
     *
     * @param context     name of a routing context.
     * @param destination inner destination.
     * @return one line: the longest prefix, the next hop, its MAC address and its place, as far as they are known.
     */
    public String explain(final String context, final IpAddress destination)
    {
        return new RouteExplanation(forwarding).of(context, destination);
    }

    /** @return neighbours of all segments, configured and learned. */
    public List<NeighborRow> neighborRows()
    {
        final List<NeighborRow> rows = new ArrayList<>();
        forwarding.neighbors().forEachRow((vni, high, low, mac, tick) ->
            rows.add(new NeighborRow(
                vni,
                new IpAddress(high, low),
                new MacAddress(mac),
                tick != NeighborTable.CONFIGURED,
                tick == NeighborTable.CONFIGURED ? 0 : NeighborTable.ageNs(tick, clock.nanoTime()))));
        return rows;
    }

    /** @return limit of the numbers of remotes, which are below it. */
    public int maxRemotes()
    {
        return forwarding.remotes().maxRemotes();
    }

    /**
     * @param number of a remote, as in {@link io.overlane.status.RemoteTraffic}.
     * @return its address and UDP port; for a free number, those of the last remote that had it.
     */
    public Vtep remote(final int number)
    {
        return forwarding.remotes().vtep(number);
    }

    /**
     * @param address of a remote.
     * @return its number, or -1 if there is no such remote.
     */
    public int find(final IpAddress address)
    {
        final RemoteTable remotes = forwarding.remotes();
        return remotes.find(address.high(), address.low());
    }
}
