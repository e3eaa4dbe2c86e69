// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.host;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.tun.host.IpBatch;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Devices, addresses, permanent neighbours and main routes of the host in one family. */
final class HostPicture
{
    private static final List<String> COMMANDS = List.of(
        "link show", "addr show", "neigh show nud permanent", "route show table main");

    /** How {@code ip route show} prints the state of a route; {@code ip route replace} refuses these words. */
    private static final Set<String> ROUTE_STATE = Set.of("linkdown", "dead", "offload", "trap", "rt_offload");

    /** {@code IP6_RT_PRIO_USER}; the default metric of IPv4 is 0, which is not printed. */
    private static final String DEFAULT_METRIC_V6 = "1024";

    private final boolean isV4;
    private final Map<String, Boolean> upByDevice = new HashMap<>();
    private final Set<List<String>> addresses = new HashSet<>();
    private final Map<List<String>, String> neighbors = new HashMap<>();
    private final Map<String, List<String>> routes = new HashMap<>();

    private HostPicture(final boolean isV4)
    {
        this.isV4 = isV4;
    }

    /**
     * @param ip   how to run {@code ip}.
     * @param isV4 family.
     * @return the host as it is now.
     * @throws IOException if {@code ip} cannot be run, or a command fails.
     */
    static HostPicture read(final IpCommand ip, final boolean isV4) throws IOException
    {
        final IpBatch batch = ip.batch(isV4 ? "-4" : "-6", COMMANDS);
        if (!batch.failures().isEmpty())
        {
            throw new IOException(batch.failures().get(0));
        }
        final HostPicture picture = new HostPicture(isV4);
        batch.output().lines().forEach(picture::add);
        return picture;
    }

    boolean hasDevice(final String device)
    {
        return upByDevice.containsKey(device);
    }

    boolean isUp(final String device)
    {
        return upByDevice.getOrDefault(device, false);
    }

    boolean hasAddress(final String device, final IpPrefix address)
    {
        return addresses.contains(List.of(device, address.toString()));
    }

    /** The MAC address of a permanent neighbour, if there is one. */
    @Nullable String permanentNeighbor(final String device, final IpAddress address)
    {
        return neighbors.get(List.of(device, address.toString()));
    }

    boolean hasRoute(final IpPrefix subnet, final String device, final @Nullable IpAddress gateway)
    {
        final List<String> route = routes.get(subnet.base().toString());
        return route != null && Optional.of(device).equals(IpCommand.wordAfter(route, "dev")) &&
            Optional.ofNullable(gateway).map(IpAddress::toString).equals(IpCommand.wordAfter(route, "via"));
    }

    /** The arguments of {@code ip route replace} that restore the route to the subnet, if there is one. */
    @Nullable String route(final IpPrefix subnet)
    {
        final List<String> route = routes.get(subnet.base().toString());
        return route == null ? null : String.join(" ", route);
    }

    private void add(final String line)
    {
        final List<String> words = new ArrayList<>(IpCommand.words(line));
        if (words.size() < 2)
        {
            return;
        }
        final int address = words.indexOf(isV4 ? "inet" : "inet6");
        if (words.get(0).matches("\\d+:"))
        {
            if (address == 2)
            {
                addresses.add(List.of(words.get(1), words.get(3)));
            }
            else if (words.get(1).endsWith(":"))
            {
                addDevice(words);
            }
        }
        else if (words.contains("PERMANENT"))
        {
            neighbors.put(
                List.of(IpCommand.wordAfter(words, "dev").orElseThrow(), words.get(0)),
                IpCommand.wordAfter(words, "lladdr").orElse(null));
        }
        else if (IpCommand.wordAfter(words, "metric").equals(isV4 ? Optional.empty() : Optional.of(DEFAULT_METRIC_V6)))
        {
            words.removeAll(ROUTE_STATE);
            routes.put(subnet(words.get(0)), words);
        }
    }

    /** A line such as {@code 7: vx0@if3: <BROADCAST,UP,LOWER_UP> mtu 1450 …}. */
    private void addDevice(final List<String> words)
    {
        final String name = words.get(1).substring(0, words.get(1).length() - 1);
        final int at = name.indexOf('@');
        upByDevice.put(at < 0 ? name : name.substring(0, at), words.get(2).matches("<(.*,)?UP(,.*)?>"));
    }

    /** A host route is printed without its length. */
    private String subnet(final String text)
    {
        return text.indexOf('/') >= 0 ? text : text + (isV4 ? "/32" : "/128");
    }
}
