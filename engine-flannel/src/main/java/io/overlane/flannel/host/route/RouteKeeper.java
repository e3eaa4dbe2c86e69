// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpPrefix;
import io.overlane.tun.host.IpBatch;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the kernel's main table equal to a wanted set of routes, within the networks of one node.
 *
 * <p>A node's own routes carry {@link #PROTOCOL}. Those that are not wanted are removed, also those of an earlier run;
 * missing or changed ones are set again. A foreign route to a wanted subnet is removed, unless the kernel made it for
 * an address of this host. All other routes stay.
 */
public final class RouteKeeper
{
    /** {@code rtm_protocol}. Numbers above 4 are for routing daemons; no program is known to use this one. */
    public static final int PROTOCOL = 79;

    private static final String OWN = Integer.toString(PROTOCOL);

    private final IpCommand ip;
    private final List<IpPrefix> networks;

    /** @param networks of this node; own routes outside them belong to another node on this host. */
    public RouteKeeper(final IpCommand ip, final Collection<IpPrefix> networks)
    {
        this.ip = ip;
        this.networks = networks.stream().map(IpPrefix::base).toList();
    }

    /**
     * Compare and correct, with at most two {@code ip} processes for each family, whatever the number of routes.
     *
     * @param wanted every route there should be, one for each subnet.
     * @return what was done.
     * @throws IllegalArgumentException if a wanted route lies outside the networks.
     */
    public HostChanges ensure(final Collection<KernelRoute> wanted) throws IOException
    {
        for (final KernelRoute route : wanted)
        {
            if (!isInside(route.subnet()))
            {
                throw new IllegalArgumentException(
                    "route to " + route.subnet() + " is outside the networks " + networks);
            }
        }
        return ensure(wanted, true).and(ensure(wanted, false));
    }

    private HostChanges ensure(final Collection<KernelRoute> wanted, final boolean isV4) throws IOException
    {
        final Map<Key, KernelRoute> missing = new LinkedHashMap<>();
        wanted.stream()
            .filter(route -> route.isV4() == isV4)
            .forEach(route -> missing.put(new Key(route.subnet(), route.metric()), route));
        if (missing.isEmpty() && networks.stream().noneMatch(network -> network.address().isV4() == isV4))
        {
            return HostChanges.NONE;
        }

        final String family = isV4 ? "-4" : "-6";
        final List<String> inTheWay = new ArrayList<>();
        final List<String> removed = new ArrayList<>();
        final List<String> failures = new ArrayList<>();
        final Map<Key, KernelRoute> all = Map.copyOf(missing);
        for (final RouteEntry entry : entries(family))
        {
            final Key key = new Key(entry.subnet(), entry.metric());
            final KernelRoute route = all.get(key);
            if (route != null && "kernel".equals(entry.protocol()))
            {
                failures.add("no route to " + entry.subnet() + ": an address of device " + entry.device() +
                    " is in that subnet");
                missing.remove(key);
            }
            else if (OWN.equals(entry.protocol()) && (route == null ? isInside(entry.subnet()) : entry.is(route)))
            {
                if (route == null)
                {
                    removed.add("route del " + entry.toDeleteCommand());
                }
                missing.remove(key);
            }
            else if (route != null && route.onlink() && !isV4 && !entry.is(route))
            {
                // Delete this entry first: the kernel would look the gateway up through it and refuse the new route.
                inTheWay.add("route del " + entry.toDeleteCommand());
            }
        }
        final List<String> set = missing.values().stream()
            .map(route -> "route replace " + route.toOwnCommand())
            .toList();

        final List<String> commands = new ArrayList<>(removed);
        commands.addAll(inTheWay);
        commands.addAll(set);
        final IpBatch batch = ip.batch(family, commands);
        failures.addAll(batch.failures());
        return new HostChanges(set, List.copyOf(removed), List.copyOf(failures));
    }

    private List<RouteEntry> entries(final String family) throws IOException
    {
        return ip.run(family, "-oneline", "route", "show", "table", "main").lines()
            .filter(line -> !line.isBlank())
            .flatMap(line -> RouteEntry.parse(line).stream())
            .toList();
    }

    private boolean isInside(final IpPrefix subnet)
    {
        return networks.stream().anyMatch(
            network -> subnet.length() >= network.length() && network.contains(subnet.address()));
    }

    /** By this the kernel distinguishes the routes of a node. */
    private record Key(IpPrefix subnet, @Nullable String metric)
    {
    }
}
