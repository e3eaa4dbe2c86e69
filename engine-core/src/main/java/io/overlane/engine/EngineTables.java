// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.forwarding.Forwarding;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads the tables of a running engine, from any thread. A method that walks a table returns each entry that stays in
 * the table meanwhile; an entry that comes or goes during the walk may be missing. {@link
 * io.overlane.control.TableOperations#list} shows FDB entries with all their attributes. The sizes of the tables are in
 * {@link OverlayEngine#snapshot()}.
 */
public final class EngineTables
{
    private final Forwarding forwarding;

    /** The key of an FDB or neighbour entry. */
    public record Key<A>(int vni, A address)
    {
    }

    EngineTables(final Forwarding forwarding)
    {
        this.forwarding = forwarding;
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
