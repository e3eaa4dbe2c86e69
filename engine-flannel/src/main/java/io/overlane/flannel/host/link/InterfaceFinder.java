// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpAddress;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the interface that carries the tunnels, in flanneld's order: the named interfaces, the patterns, the interface
 * that reaches a given address; without these options, the interface with the public address, else that of the default
 * route. With both families enabled the interface must have both.
 *
 * <p>Unlike flanneld, it takes the default route if no interface has the public address: the node is behind a NAT; and
 * if the loopback device has it, because packets to the peers leave by another device.
 */
public final class InterfaceFinder
{
    /** {@code 3: eth0@if4: <FLAGS> mtu 1500 …}. */
    private static final Pattern LINK = Pattern.compile("\\d+: ([^:@\\s]+)[@:].*<([A-Z0-9_,-]*)> mtu (\\d+) .*");
    private static final String LOOPBACK_FLAG = "LOOPBACK";

    private final IpCommand ip;
    private final Map<String, Integer> mtus = new LinkedHashMap<>();
    private final Set<String> loopbacks = new HashSet<>();
    private final List<LinkAddress> addresses = new ArrayList<>();

    /** Read the present interfaces. */
    public InterfaceFinder(final IpCommand ip) throws IOException
    {
        this.ip = ip;
        ip.run("-oneline", "link", "show").lines()
            .map(LINK::matcher)
            .filter(Matcher::matches)
            .forEach(link ->
            {
                mtus.put(link.group(1), Integer.parseInt(link.group(3)));
                if (List.of(link.group(2).split(",")).contains(LOOPBACK_FLAG))
                {
                    loopbacks.add(link.group(1));
                }
            });
        ip.run("-oneline", "addr", "show").lines()
            .flatMap(line -> LinkAddress.parse(line).stream())
            .sorted(LinkAddress.PREFERENCE)
            .forEach(addresses::add);
    }

    /** @throws IOException if there is none; the message lists what was tried. */
    public ExternalInterface find(final InterfaceChoice choice) throws IOException
    {
        if (choice.isDefault())
        {
            return withAddresses(defaultFor(choice), choice);
        }
        final List<String> tried = new ArrayList<>();
        for (final Candidate candidate : candidates(choice))
        {
            try
            {
                return withAddresses(candidate.find(), choice);
            }
            catch (final IOException ex)
            {
                tried.add(ex.getMessage());
            }
        }
        throw new IOException("no interface to use: " + String.join("; ", tried));
    }

    private List<Candidate> candidates(final InterfaceChoice choice)
    {
        final List<Candidate> candidates = new ArrayList<>();
        choice.interfaces().forEach(name -> candidates.add(() -> named(name)));
        choice.patterns().forEach(pattern -> candidates.add(() -> matching(pattern, choice)));
        final IpAddress canReach = choice.canReach();
        if (canReach != null)
        {
            candidates.add(() -> reaching(canReach));
        }
        return candidates;
    }

    private Found defaultFor(final InterfaceChoice choice) throws IOException
    {
        final IpAddress publicIp = choice.enableV4() ? choice.publicIp() : choice.publicIpV6();
        final Optional<Found> owner = publicIp == null ? Optional.empty() : owner(publicIp);
        if (owner.isPresent())
        {
            return owner.get();
        }
        final String name = defaultRoute(choice.enableV4());
        if (choice.enableV4() && choice.enableV6() && !name.equals(defaultRoute(false)))
        {
            throw new IOException("the default route of IPv4 leads through " + name + ", that of IPv6 through " +
                defaultRoute(false) + ": name one with --iface");
        }
        return new Found(name, null, null);
    }

    private Found named(final String nameOrAddress) throws IOException
    {
        if (mtus.containsKey(nameOrAddress))
        {
            return new Found(nameOrAddress, null, null);
        }
        final IpAddress address;
        try
        {
            address = IpAddress.parse(nameOrAddress);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IOException("there is no interface " + nameOrAddress, ex);
        }
        return owner(address).orElseThrow(() -> new IOException("no interface has the address " + nameOrAddress));
    }

    /**
     * Addresses before names, as in flanneld. An interface with both families matches if the pattern finds one of its
     * addresses, whichever family that is; if it finds one of each family, both are used.
     */
    private Found matching(final Pattern pattern, final InterfaceChoice choice) throws IOException
    {
        final Predicate<LinkAddress> wanted = address -> pattern.matcher(address.ip().toString()).find();
        for (final String name : mtus.keySet())
        {
            final IpAddress v4 = choice.enableV4() ? address(name, true, wanted) : null;
            final IpAddress v6 = choice.enableV6() ? address(name, false, wanted) : null;
            final boolean hasAll = (!choice.enableV4() || address(name, true, any -> true) != null) &&
                (!choice.enableV6() || address(name, false, any -> true) != null);
            if (hasAll && (v4 != null || v6 != null))
            {
                return new Found(name, v4, v6);
            }
        }
        return mtus.keySet().stream()
            .filter(name -> pattern.matcher(name).find())
            .findFirst()
            .map(name -> new Found(name, null, null))
            .orElseThrow(() -> new IOException(
                "no interface matches '" + pattern + "'; there are " + String.join(", ", mtus.keySet())));
    }

    private Found reaching(final IpAddress target) throws IOException
    {
        final List<String> route = firstLine(ip.run(family(target.isV4()), "route", "get", target.toString()));
        final String name = IpCommand.wordAfter(route, "dev")
            .orElseThrow(() -> new IOException("no interface reaches " + target));
        final IpAddress address = IpCommand.wordAfter(route, "src").map(IpAddress::parse).orElse(null);
        return new Found(name, target.isV4() ? address : null, target.isV4() ? null : address);
    }

    private String defaultRoute(final boolean isV4) throws IOException
    {
        final List<String> route = firstLine(ip.run(family(isV4), "-oneline", "route", "show", "default"));
        return IpCommand.wordAfter(route, "dev").orElseThrow(() -> new IOException("there is no default route of " +
            (isV4 ? "IPv4" : "IPv6") + "; name the interface with --iface"));
    }

    /** Packets never leave by the loopback device, so for its addresses the default route names the interface. */
    private Optional<Found> owner(final IpAddress address)
    {
        return device(address).map(device -> new Found(
            loopbacks.contains(device) ? defaultRouteOr(device, address.isV4()) : device,
            address.isV4() ? address : null, address.isV4() ? null : address));
    }

    private String defaultRouteOr(final String device, final boolean isV4)
    {
        try
        {
            return defaultRoute(isV4);
        }
        catch (final IOException ex)
        {
            return device;
        }
    }

    private Optional<String> device(final IpAddress address)
    {
        return addresses.stream()
            .filter(candidate -> candidate.ip().equals(address))
            .findFirst()
            .map(LinkAddress::device);
    }

    private ExternalInterface withAddresses(final Found found, final InterfaceChoice choice) throws IOException
    {
        final IpAddress v4 = choice.enableV4() ? addressOf(found, choice.publicIp(), true) : null;
        final IpAddress v6 = choice.enableV6() ? addressOf(found, choice.publicIpV6(), false) : null;
        return new ExternalInterface(
            found.name(),
            Objects.requireNonNull(mtus.get(found.name())),
            v4,
            v6,
            v4 != null && choice.publicIp() != null ? choice.publicIp() : v4,
            v6 != null && choice.publicIpV6() != null ? choice.publicIpV6() : v6);
    }

    /**
     * The published address if this host has it, on whichever interface; else the address by which the interface was
     * found, else the preferred one of its addresses.
     */
    private IpAddress addressOf(final Found found, final @Nullable IpAddress published, final boolean isV4)
        throws IOException
    {
        if (published != null && device(published).isPresent())
        {
            return published;
        }
        final IpAddress given = isV4 ? found.v4() : found.v6();
        final IpAddress address = given != null ? given : address(found.name(), isV4, any -> true);
        if (address == null)
        {
            throw new IOException("interface " + found.name() + " has no " + (isV4 ? "IPv4" : "IPv6") + " address");
        }
        return address;
    }

    private @Nullable IpAddress address(final String name, final boolean isV4, final Predicate<LinkAddress> wanted)
    {
        return addresses.stream()
            .filter(address -> address.device().equals(name) && address.isV4() == isV4 && address.isUsable())
            .filter(wanted)
            .map(LinkAddress::ip)
            .findFirst()
            .orElse(null);
    }

    private static List<String> firstLine(final String output)
    {
        return IpCommand.words(output.lines().findFirst().orElse(""));
    }

    private static String family(final boolean isV4)
    {
        return isV4 ? "-4" : "-6";
    }

    /** One way to find an interface. */
    private interface Candidate
    {
        Found find() throws IOException;
    }

    /** An interface, and the address by which it was found, if any. */
    private record Found(String name, @Nullable IpAddress v4, @Nullable IpAddress v6)
    {
    }
}
