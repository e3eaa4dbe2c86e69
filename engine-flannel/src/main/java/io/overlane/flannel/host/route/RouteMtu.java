// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.host.link.TunnelDevice;
import io.overlane.tun.host.IpCommand;
import io.overlane.tun.host.UnderlayMtu;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The largest packet that this host can send to every peer: the smallest MTU of the routes to them, each with its
 * device. It is never more than that of the interface that carries the tunnels, except when this is the loopback
 * device: its addresses are reached through other devices, and its own MTU of 65536 means nothing to them.
 *
 * <p>The MTU that a router reported for a path (RFC 1191) does not count, as it is forgotten after ten minutes; the
 * engine itself reacts to it.
 *
 * @param mtu    in bytes of IP.
 * @param reason where it comes from, for people; empty if it is the interface's.
 */
public record RouteMtu(int mtu, String reason)
{
    /**
     * Ask the kernel, with one process for each family that has peers.
     *
     * @param peers underlay addresses; may be empty.
     * @throws IOException if {@code ip} cannot be run.
     */
    public static RouteMtu of(
        final IpCommand ip, final ExternalInterface external, final Collection<IpAddress> peers) throws IOException
    {
        final Map<String, Integer> mtus = new HashMap<>();
        final List<RouteMtu> found = new ArrayList<>();
        if (mtu(external.name(), mtus) > 0)
        {
            found.add(new RouteMtu(external.mtu(), ""));
        }
        for (final boolean isV4 : new boolean[]{true, false})
        {
            final IpAddress local = external.address(isV4);
            if (local != null)
            {
                found.addAll(ask(ip, mtus, isV4, peers.stream().filter(peer -> peer.isV4() == isV4)
                    .map(peer -> "route get " + peer + " from " + local).toList()));
            }
        }
        if (found.isEmpty())
        {
            found.addAll(ask(ip, mtus, true, List.of("route show default")));
            found.addAll(ask(ip, mtus, false, List.of("route show default")));
        }
        RouteMtu smallest = found.isEmpty() ? new RouteMtu(UnderlayMtu.DEFAULT, "") : found.get(0);
        for (final RouteMtu each : found)
        {
            smallest = each.mtu < smallest.mtu ? each : smallest;
        }
        return smallest;
    }

    private static List<RouteMtu> ask(
        final IpCommand ip, final Map<String, Integer> mtus, final boolean isV4, final List<String> questions)
        throws IOException
    {
        return questions.isEmpty() ? List.of() : ip.batch(isV4 ? "-4" : "-6", questions).output().lines()
            .flatMap(line -> parse(line, mtus).stream())
            .toList();
    }

    /** {@code PEER via GATEWAY dev NAME src LOCAL uid 0 \ cache mtu lock 1400}; a route's type may come first. */
    private static Optional<RouteMtu> parse(final String line, final Map<String, Integer> mtus)
    {
        final List<String> words = IpCommand.words(line);
        final String device = IpCommand.wordAfter(words, "dev").orElse("");
        final String target = words.get(0);
        final boolean isRoute = target.equals("default") || target.matches("[0-9a-f.:]+");
        final int ofDevice = !isRoute || device.isEmpty() || TunnelDevice.isOurs(device) ? 0 : mtu(device, mtus);
        if (ofDevice == 0)
        {
            return Optional.empty();
        }
        final int ofRoute = words.contains("expires") ? 0 : ofRoute(words);
        return Optional.of(new RouteMtu(ofRoute > 0 ? Math.min(ofRoute, ofDevice) : ofDevice, "that of the " +
            (target.equals("default") ? "default route" : "route to " + target) + " through " + device));
    }

    private static int ofRoute(final List<String> words)
    {
        final int index = words.indexOf("mtu") + 1;
        final int number = index > 0 && index < words.size() && words.get(index).equals("lock") ? index + 1 : index;
        try
        {
            return index > 0 && number < words.size() ? Integer.parseInt(words.get(number)) : 0;
        }
        catch (final NumberFormatException ex)
        {
            return 0;
        }
    }

    /** @return 0 for the loopback device, and for one that does not exist. */
    private static int mtu(final String device, final Map<String, Integer> mtus)
    {
        return mtus.computeIfAbsent(device, RouteMtu::read);
    }

    private static int read(final String device)
    {
        try
        {
            final NetworkInterface found = NetworkInterface.getByName(device);
            return found == null || found.isLoopback() ? 0 : found.getMTU();
        }
        catch (final IOException ex)
        {
            return 0;
        }
    }
}
