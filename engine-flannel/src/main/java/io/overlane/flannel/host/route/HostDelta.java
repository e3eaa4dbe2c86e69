// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the few commands that lead from one plan to the next, with one {@code ip} process for each family: one change
 * among a thousand peers takes some milliseconds. It assumes that the host is as the first plan left it. If it is not,
 * a command fails, and the keepers, which read the host first, correct it.
 */
public final class HostDelta
{
    private final List<String> set = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();
    private final List<String> commandsV4 = new ArrayList<>();
    private final List<String> commandsV6 = new ArrayList<>();

    private HostDelta()
    {
    }

    /**
     * @param before entries now on the host.
     * @param device of the neighbours; unused if there are none.
     * @return what was done.
     */
    public static HostChanges apply(
        final IpCommand ip, final HostPlan before, final HostPlan now, final String device) throws IOException
    {
        final HostDelta delta = new HostDelta();
        // Set a neighbour before its route, and remove it after the route.
        delta.setNeighbors(before, now, device);
        delta.changeRoutes(before, now);
        delta.removeNeighbors(before, now, device);

        final List<String> failures = new ArrayList<>(ip.quickBatch(true, delta.commandsV4).failures());
        failures.addAll(ip.quickBatch(false, delta.commandsV6).failures());
        return new HostChanges(List.copyOf(delta.set), List.copyOf(delta.removed), List.copyOf(failures));
    }

    private void setNeighbors(final HostPlan before, final HostPlan now, final String device)
    {
        for (final Map.Entry<IpAddress, MacAddress> neighbor : now.neighbors().entrySet())
        {
            final IpAddress address = neighbor.getKey();
            if (!neighbor.getValue().equals(before.neighbors().get(address)))
            {
                add(set, address.isV4(), NeighborKeeper.setCommand(address, neighbor.getValue(), device));
            }
        }
    }

    private void removeNeighbors(final HostPlan before, final HostPlan now, final String device)
    {
        for (final IpAddress address : before.neighbors().keySet())
        {
            if (!now.neighbors().containsKey(address))
            {
                add(removed, address.isV4(), NeighborKeeper.removeCommand(address, device));
            }
        }
    }

    private void changeRoutes(final HostPlan before, final HostPlan now)
    {
        final Map<IpPrefix, KernelRoute> present = new HashMap<>();
        before.routes().forEach(route -> present.put(route.subnet(), route));
        final Set<IpPrefix> wanted = new HashSet<>();
        for (final KernelRoute route : now.routes())
        {
            wanted.add(route.subnet());
            final KernelRoute old = present.get(route.subnet());
            if (!route.equals(old))
            {
                // "add" does not replace a route of another program.
                add(set, route.isV4(), (old == null ? "route add " : "route replace ") + route.toOwnCommand());
            }
        }
        for (final KernelRoute route : before.routes())
        {
            if (!wanted.contains(route.subnet()))
            {
                add(removed, route.isV4(), "route del " + route.toOwnCommand());
            }
        }
    }

    private void add(final List<String> kind, final boolean isV4, final String command)
    {
        kind.add(command);
        (isV4 ? commandsV4 : commandsV6).add(command);
    }
}
