// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.route.RouteTable;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteRow;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.KnownSources;
import io.overlane.status.RoutingCounters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A routing context: its routes, longest prefix first, and its settings. {@link GatewayPrefixes} says which of several
 * routes with one prefix counts.
 *
 * <p>One thread changes it; any thread may look routes up.
 */
public final class Vrf
{
    private final String name;
    private final int salt;
    private final RoutingCounters encapCounters = new RoutingCounters();
    private final RoutingCounters decapCounters = new RoutingCounters();
    private final RouteTable routes;
    /** By the numbers that the table of routes has. */
    private final AtomicReferenceArray<Hop> hops;
    private final int maxRoutes;
    private volatile RoutingContext settings;
    private volatile long gatewayMac;
    private volatile long routerMac;
    private volatile int l3Vni;
    private volatile Link[] links = {};

    // Only the thread that writes uses these.
    private final Map<IpPrefix, Hop> configured = new LinkedHashMap<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private int used;
    private final KnownSources knownSources = new KnownSources();
    private final long defaultRouterMac;

    /**
     * @param maxRoutes        prefixes of all kinds.
     * @param defaultRouterMac of an engine on this address of the underlay.
     */
    Vrf(final String name, final int maxRoutes, final long defaultRouterMac)
    {
        this.name = name;
        salt = name.hashCode();
        this.maxRoutes = maxRoutes;
        this.defaultRouterMac = defaultRouterMac;
        routes = new RouteTable(maxRoutes);
        hops = new AtomicReferenceArray<>(maxRoutes);
        settings = new RoutingContext(name);
        settings(settings);
    }

    public String name()
    {
        return name;
    }

    /** A number that differs from that of most other contexts, for hashes. */
    public int salt()
    {
        return salt;
    }

    /** Settings, with the router MAC that is used. */
    public RoutingContext settings()
    {
        return settings;
    }

    public long gatewayMac()
    {
        return gatewayMac;
    }

    /** Our MAC in the L3 VNI. */
    public long routerMac()
    {
        return routerMac;
    }

    /** VNI of packets that are routed at both ends, or {@link RoutingContext#NO_VNI}. */
    public int l3Vni()
    {
        return l3Vni;
    }

    /** Counts packets from ports. */
    public RoutingCounters encapCounters()
    {
        return encapCounters;
    }

    /** Counts packets from remotes. */
    public RoutingCounters decapCounters()
    {
        return decapCounters;
    }

    /** The underlay addresses of the routes' remotes, from which packets of the L3 VNI are accepted. */
    public KnownSources knownSources()
    {
        return knownSources;
    }

    /** Where an address leads, null if no route leads there. Any thread; allocates nothing. */
    public @Nullable Hop lookup(final long high, final long low)
    {
        final int number = routes.lookup(high, low);
        return number == RouteTable.MISSING ? null : hops.get(number);
    }

    /** A gateway with an address of the same family, for errors about packets that came by no segment; or null. */
    public @Nullable Link anyLink(final long high, final long low)
    {
        for (final Link link : links)
        {
            if (link.source(high, low) != Link.NO_ADDRESS)
            {
                return link;
            }
        }
        return null;
    }

    /** Any of its gateways, null if it has none. */
    public @Nullable Link firstLink()
    {
        final Link[] all = links;
        return all.length == 0 ? null : all[0];
    }

    /** The routes, those of gateways first. Any thread; allocates. */
    public List<RouteRow> rows()
    {
        final List<RouteRow> rows = new ArrayList<>();
        final List<RouteRow> further = new ArrayList<>();
        routes.forEach((prefix, number) ->
        {
            final Hop hop = hops.get(number);
            if (hop != null && hop.kind() == Hop.CONNECTED)
            {
                rows.add(new RouteRow(prefix, Objects.requireNonNull(hop.link()).vni(), null));
            }
            else if (hop != null && hop.target() != null)
            {
                further.add(new RouteRow(prefix, null, hop.target()));
            }
        });
        rows.addAll(further);
        return rows;
    }

    void settings(final RoutingContext wanted)
    {
        routerMac = wanted.routerMac() == null ? defaultRouterMac : wanted.routerMac().value();
        gatewayMac = wanted.gatewayMac().value();
        l3Vni = wanted.l3Vni();
        settings = wanted.routerMac(new MacAddress(routerMac));
    }

    /** No gateway and no route is left. */
    boolean isEmpty()
    {
        return links.length == 0 && configured.isEmpty();
    }

    /** Whether another segment's gateway has one of the prefixes; {@code isLeaving} says which do not count. */
    boolean isTaken(final int vni, final Gateway gateway, final IntPredicate isLeaving)
    {
        return Arrays.stream(links)
            .filter(link -> link.vni() != vni && !isLeaving.test(link.vni()))
            .anyMatch(link -> GatewayPrefixes.overlap(link.gateway(), gateway));
    }

    /** Add a gateway, or replace the one of the same segment. False if there is no room for its prefixes. */
    boolean put(final Link link)
    {
        final Link[] before = links;
        final Set<IpPrefix> changed = GatewayPrefixes.of(link);
        if (routes.size() + changed.stream().filter(prefix -> routes.get(prefix) == RouteTable.MISSING).count() >
            maxRoutes)
        {
            return false;
        }
        for (final Link other : before)
        {
            if (other.vni() == link.vni())
            {
                changed.addAll(GatewayPrefixes.of(other));
            }
        }
        links = Stream.concat(Arrays.stream(before).filter(other -> other.vni() != link.vni()), Stream.of(link))
            .toArray(Link[]::new);
        changed.forEach(this::publish);
        resolveAgain();
        return true;
    }

    /** Remove the gateway of a segment. */
    void remove(final Link link)
    {
        links = Arrays.stream(links).filter(other -> other != link).toArray(Link[]::new);
        GatewayPrefixes.of(link).forEach(this::publish);
        resolveAgain();
    }

    Link[] links()
    {
        return links;
    }

    /** Put a configured route. False if there is no room. */
    boolean put(final IpPrefix destination, final RouteTarget target, final int remote)
    {
        final IpPrefix prefix = destination.base();
        if (routes.get(prefix) == RouteTable.MISSING && routes.size() == maxRoutes)
        {
            return false;
        }
        final Hop before = configured.put(prefix, hop(target, remote));
        publish(prefix);
        if (target instanceof RouteTarget.Remote through)
        {
            knownSources.add(through.vtep().address().high(), through.vtep().address().low());
        }
        forgetSource(before);
        return true;
    }

    /** The route as it is configured, null if there is none. */
    @Nullable Hop configured(final IpPrefix destination)
    {
        return configured.get(destination.base());
    }

    /** Remove a configured route. */
    void remove(final IpPrefix destination)
    {
        forgetSource(configured.remove(destination.base()));
        publish(destination.base());
    }

    private void forgetSource(final @Nullable Hop before)
    {
        if (before != null && before.target() instanceof RouteTarget.Remote through)
        {
            knownSources.remove(through.vtep().address().high(), through.vtep().address().low());
        }
    }

    private Hop hop(final RouteTarget target, final int remote)
    {
        if (target instanceof RouteTarget.Via via)
        {
            final IpAddress next = via.nextHop();
            return new Hop(Hop.VIA, linkTo(via), next.high(), next.low(), 0, 0, target);
        }
        if (target instanceof RouteTarget.Remote through)
        {
            return new Hop(Hop.REMOTE, null, 0, 0, remote, through.routerMac().value(), target);
        }
        return new Hop(
            target instanceof RouteTarget.Blackhole ? Hop.BLACKHOLE : Hop.UNREACHABLE, null, 0, 0, 0, 0, target);
    }

    private @Nullable Link linkTo(final RouteTarget.Via via)
    {
        for (final Link link : links)
        {
            if (via.vni() == RouteTarget.ANY_SEGMENT ?
                link.isOnLink(via.nextHop().high(), via.nextHop().low()) :
                via.vni() == link.vni())
            {
                return link;
            }
        }
        return null;
    }

    /** Find the segments of all next hops again. */
    private void resolveAgain()
    {
        configured.replaceAll((prefix, hop) -> hop.kind() == Hop.VIA ? hop(target(hop), 0) : hop);
        configured.forEach((prefix, hop) ->
        {
            if (hop.kind() == Hop.VIA)
            {
                publish(prefix);
            }
        });
    }

    private static RouteTarget target(final Hop hop)
    {
        return Objects.requireNonNull(hop.target(), "target");
    }

    /** Let readers see the route that counts for a prefix now. */
    private void publish(final IpPrefix prefix)
    {
        final Hop best = GatewayPrefixes.best(prefix, links, configured.get(prefix));
        final int current = routes.get(prefix);
        if (best == null)
        {
            if (current != RouteTable.MISSING)
            {
                routes.remove(prefix);
                // A reader that is late still finds the route by this number, until the number is used again.
                free.addLast(current);
            }
        }
        else if (current != RouteTable.MISSING)
        {
            hops.set(current, best);
        }
        else
        {
            final int number = used < maxRoutes ? used++ : free.removeFirst();
            hops.set(number, best);
            routes.put(prefix, number);
        }
    }
}
