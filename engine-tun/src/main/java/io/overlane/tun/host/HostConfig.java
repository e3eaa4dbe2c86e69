package io.overlane.tun.host;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.agrona.ErrorHandler;

/**
 * Addresses, routes and neighbours of one device, added step by step and taken back in reverse order on
 * {@link #close()}.
 *
 * <p>What was there before and equal is left alone, then and at the end. A permanent neighbour or a route that had to
 * make way comes back. A step that fails throws, leaves nothing of itself, and keeps the earlier ones until they are
 * closed.
 */
public final class HostConfig implements AutoCloseable
{
    /** What {@code ip route show} says of a route's state; {@code ip route replace} does not take it back. */
    private static final Set<String> ROUTE_STATE = Set.of("linkdown", "dead", "offload", "trap", "rt_offload");

    /** {@code IP6_RT_PRIO_USER}; IPv4's is 0, which is not shown. */
    private static final String DEFAULT_METRIC_V6 = "1024";

    private final IpCommand ip;
    private final String device;
    private final ErrorHandler errorHandler;
    private final Deque<List<String>> undo = new ArrayDeque<>();

    /**
     * @param ip           how to run {@code ip}.
     * @param device       name of the device, which must be up before a route is added.
     * @param errorHandler told of what could not be taken back.
     */
    public HostConfig(final IpCommand ip, final String device, final ErrorHandler errorHandler)
    {
        this.ip = ip;
        this.device = device;
        this.errorHandler = errorHandler;
    }

    /**
     * Give the device an address; an IPv6 address works at once, without duplicate address detection.
     *
     * @param address with the length of its on-link prefix.
     * @throws IOException if the host refuses.
     */
    public void addAddress(final IpPrefix address) throws IOException
    {
        final String family = family(address.address());
        if (hasAddress(address))
        {
            return;
        }
        final List<String> add = command(family, "addr", "add", address.toString(), "dev", device);
        if (!address.address().isV4())
        {
            add.add("nodad");
        }
        ip.run(add);
        undo.push(command(family, "addr", "del", address.toString(), "dev", device));
    }

    /**
     * Bind an IP address to a MAC address for good: the host asks nobody for it.
     *
     * @param address on the far side of the device.
     * @param mac     what its frames are sent to.
     * @throws IOException if the host refuses.
     */
    public void addNeighbor(final IpAddress address, final MacAddress mac) throws IOException
    {
        final String family = family(address);
        final List<String> before =
            words(ip.run(family, "neigh", "show", "to", address.toString(), "dev", device));
        final String macBefore = before.contains("PERMANENT") ? wordAfter(before, "lladdr") : null;
        if (mac.toString().equals(macBefore))
        {
            return;
        }
        ip.run(permanentNeighbor(family, address, mac.toString()));
        undo.push(macBefore != null ?
            permanentNeighbor(family, address, macBefore) :
            command(family, "neigh", "del", address.toString(), "dev", device));
    }

    /**
     * Route a subnet to a gateway that is reached through the device though no address of the device covers it.
     *
     * @param subnet  destination; bits behind its length do not matter.
     * @param gateway of the same family.
     * @throws IOException if the host refuses.
     */
    public void addRoute(final IpPrefix subnet, final IpAddress gateway) throws IOException
    {
        final String target = subnet.base().toString();
        replaceRoute(subnet, command(target, "via", gateway.toString(), "dev", device, "onlink"));
    }

    /**
     * Route a subnet into the device itself.
     *
     * @param subnet destination; bits behind its length do not matter.
     * @throws IOException if the host refuses.
     */
    public void addRoute(final IpPrefix subnet) throws IOException
    {
        replaceRoute(subnet, command(subnet.base().toString(), "dev", device));
    }

    /** Take back what was added, newest first; what the device took with it when it went is no error. */
    @Override
    public void close()
    {
        final boolean hasDevice = !undo.isEmpty() && hasDevice();
        while (!undo.isEmpty())
        {
            final List<String> step = undo.pop();
            try
            {
                if (hasDevice || !step.contains(device))
                {
                    ip.run(step);
                }
            }
            catch (final IOException ex)
            {
                errorHandler.onError(ex);
            }
        }
    }

    private void replaceRoute(final IpPrefix subnet, final List<String> route) throws IOException
    {
        final String family = family(subnet.address());
        final List<String> before = routeTo(family, subnet);
        if (isSameRoute(before, route))
        {
            return;
        }
        ip.run(routeCommand(family, "replace", route));
        undo.push(before.isEmpty() ?
            routeCommand(family, "del", route) :
            routeCommand(family, "replace", before));
    }

    /** The route of the main table that {@code replace} takes the place of: same subnet, default metric. */
    private List<String> routeTo(final String family, final IpPrefix subnet) throws IOException
    {
        final String defaultMetric = subnet.address().isV4() ? null : DEFAULT_METRIC_V6;
        final String routes = ip.run(family, "route", "show", "exact", subnet.base().toString());
        for (final String line : routes.lines().toList())
        {
            final List<String> route = words(line);
            if (Objects.equals(defaultMetric, wordAfter(route, "metric")))
            {
                route.removeAll(ROUTE_STATE);
                return route;
            }
        }
        return List.of();
    }

    private static boolean isSameRoute(final List<String> before, final List<String> wanted)
    {
        return !before.isEmpty() &&
            wordAfter(wanted, "dev").equals(wordAfter(before, "dev")) &&
            Objects.equals(wordAfter(wanted, "via"), wordAfter(before, "via"));
    }

    private boolean hasAddress(final IpPrefix address) throws IOException
    {
        final List<String> words = words(ip.run(family(address.address()), "addr", "show", "dev", device));
        return words.contains(address.toString());
    }

    private boolean hasDevice()
    {
        try
        {
            ip.run("link", "show", "dev", device);
            return true;
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    private List<String> permanentNeighbor(final String family, final IpAddress address, final String mac)
    {
        return command(
            family, "neigh", "replace", address.toString(), "lladdr", mac, "dev", device, "nud", "permanent");
    }

    private static List<String> routeCommand(final String family, final String verb, final List<String> route)
    {
        final List<String> command = command(family, "route", verb);
        command.addAll(route);
        return command;
    }

    private static String family(final IpAddress address)
    {
        return address.isV4() ? "-4" : "-6";
    }

    private static List<String> command(final String... words)
    {
        return new ArrayList<>(Arrays.asList(words));
    }

    private static List<String> words(final String output)
    {
        return output.isBlank() ? new ArrayList<>() : command(output.strip().split("\\s+"));
    }

    private static String wordAfter(final List<String> words, final String keyword)
    {
        final int index = words.indexOf(keyword);
        return index >= 0 && index + 1 < words.size() ? words.get(index + 1) : null;
    }
}
