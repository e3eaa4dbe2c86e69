// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.Segment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All routing contexts of an engine, and the gateways of its segments. A context is here as long as it has settings, a
 * gateway or a route. One thread changes this; any thread reads.
 */
public final class GatewayTables
{
    private static final Int2ObjectHashMap<Link> NO_LINKS = new Int2ObjectHashMap<>();
    private static final Int2ObjectHashMap<Vrf> NO_VRFS = new Int2ObjectHashMap<>();

    private final int maxRoutes;
    private final long defaultRouterMac;
    private volatile Map<String, Vrf> vrfs = Map.of();
    private volatile Int2ObjectHashMap<Link> links = NO_LINKS;
    private volatile List<Link> allLinks = List.of();
    private volatile Int2ObjectHashMap<Vrf> byL3Vni = NO_VRFS;
    /** The contexts with settings. Only the writer uses this. */
    private final Set<String> settled = new HashSet<>();
    private Runnable onFirst = () -> {};
    private IntConsumer onLink = vni -> {};
    private volatile int version;

    /**
     * @param maxRoutes of each context.
     * @param local     address of the underlay, from which the router MAC is made.
     */
    public GatewayTables(final int maxRoutes, final IpAddress local)
    {
        this.maxRoutes = maxRoutes;
        final long bits = local.isV4() ? local.v4() : local.low() ^ local.high();
        // Locally administered; the lower four bytes are those of the address.
        defaultRouterMac = 0x02_00_0000_0000L | (local.isV4() ? bits : bits ^ bits >>> Integer.SIZE) & 0xFFFF_FFFFL;
    }

    /** Set a task that runs before each gateway or L3 VNI is added. Before threads start. */
    public void onFirst(final Runnable task)
    {
        onFirst = task;
    }

    /** Set a task that gets the VNI of each segment that has another gateway, or none, from now on. */
    public void onLink(final IntConsumer task)
    {
        onLink = task;
    }

    /** Grows with each change of a context, a gateway or a route. Any thread. */
    public int version()
    {
        return version;
    }

    private void changed()
    {
        version = version + 1;
    }

    /** The gateway of a segment, null if it has none. Any thread; allocates nothing. */
    public @Nullable Link link(final int vni)
    {
        return links.get(vni);
    }

    /** The context with an L3 VNI, null if there is none. Any thread; allocates nothing. */
    public @Nullable Vrf l3(final int vni)
    {
        return byL3Vni.get(vni);
    }

    /** All gateways. */
    public List<Link> links()
    {
        return allLinks;
    }

    /** All contexts, in the order of their names. */
    public List<Vrf> all()
    {
        return vrfs.values().stream().sorted(Comparator.comparing(Vrf::name)).toList();
    }

    /** The context with a name, null if there is none. */
    public @Nullable Vrf find(final String name)
    {
        return vrfs.get(name);
    }

    /** Change the settings of a context, and make it if it is new. */
    public void settings(final RoutingContext wanted)
    {
        onFirst.run();
        settled.add(wanted.name());
        use(vrf(wanted.name()), wanted);
    }

    /** Give a context its defaults again; false if it has them. */
    public boolean removeSettings(final String name)
    {
        final Vrf vrf = vrfs.get(name);
        if (vrf == null || !settled.remove(name))
        {
            return false;
        }
        use(vrf, new RoutingContext(name));
        forgetEmpty(vrf);
        return true;
    }

    private void use(final Vrf vrf, final RoutingContext wanted)
    {
        vrf.settings(wanted);
        for (final Link link : vrf.links())
        {
            put(new Link(link.segment(), vrf, link.gateway()));
        }
        publishL3();
    }

    /**
     * Whether another context has a VNI as its L3 VNI.
     *
     * @param isLeaving contexts by name that do not count.
     */
    public boolean isL3VniTaken(final int vni, final String name, final Predicate<String> isLeaving)
    {
        return vrfs.values().stream()
            .anyMatch(vrf -> vrf.l3Vni() == vni && !vrf.name().equals(name) && !isLeaving.test(vrf.name()));
    }

    /**
     * Whether another segment of the context has one of the prefixes.
     *
     * @param isLeaving segments by VNI that do not count.
     */
    public boolean isPrefixTaken(final int vni, final Gateway gateway, final IntPredicate isLeaving)
    {
        final Vrf vrf = vrfs.get(gateway.context());
        return vrf != null && vrf.isTaken(vni, gateway, isLeaving);
    }

    /** Set the gateway of a segment. False if there is no room; nothing has changed then. */
    public boolean put(final Segment segment, final Gateway gateway)
    {
        onFirst.run();
        final Link before = links.get(segment.vni());
        final Vrf vrf = vrf(gateway.context());
        final Link link = new Link(segment, vrf, gateway);
        if (!vrf.put(link))
        {
            forgetEmpty(vrf);
            return false;
        }
        publish(segment.vni(), link);
        if (before != null && before.vrf() != vrf)
        {
            before.vrf().remove(before);
            changed();
            forgetEmpty(before.vrf());
        }
        return true;
    }

    private void put(final Link link)
    {
        link.vrf().put(link);
        publish(link.vni(), link);
    }

    /** Remove the gateway of a segment; false if it has none. */
    public boolean removeGateway(final int vni)
    {
        final Link link = links.get(vni);
        if (link == null)
        {
            return false;
        }
        publish(vni, null);
        link.vrf().remove(link);
        changed();
        forgetEmpty(link.vrf());
        return true;
    }

    /**
     * Set a route. False if there is no room; nothing has changed then.
     *
     * @param remote number of the remote of the target, if it has one.
     */
    public boolean put(
        final String context, final IpPrefix destination, final RouteTarget target, final int remote)
    {
        final Vrf vrf = vrf(context);
        final boolean isPut = vrf.put(destination, target, remote);
        changed();
        forgetEmpty(vrf);
        return isPut;
    }

    /** The route as it is configured, null if there is none. */
    public @Nullable Hop route(final String context, final IpPrefix destination)
    {
        final Vrf vrf = vrfs.get(context);
        return vrf == null ? null : vrf.configured(destination);
    }

    /** Remove a route that is there. */
    public void removeRoute(final String context, final IpPrefix destination)
    {
        final Vrf vrf = Objects.requireNonNull(vrfs.get(context), context);
        vrf.remove(destination);
        changed();
        forgetEmpty(vrf);
    }

    private Vrf vrf(final String name)
    {
        final Vrf known = vrfs.get(name);
        if (known != null)
        {
            return known;
        }
        final Vrf vrf = new Vrf(name, maxRoutes, defaultRouterMac);
        final Map<String, Vrf> after = new HashMap<>(vrfs);
        after.put(name, vrf);
        vrfs = Map.copyOf(after);
        return vrf;
    }

    private void forgetEmpty(final Vrf vrf)
    {
        if (vrf.isEmpty() && !settled.contains(vrf.name()))
        {
            final Map<String, Vrf> after = new HashMap<>(vrfs);
            after.remove(vrf.name());
            vrfs = Map.copyOf(after);
        }
    }

    private void publish(final int vni, final @Nullable Link link)
    {
        final Int2ObjectHashMap<Link> after = new Int2ObjectHashMap<>(links);
        if (link == null)
        {
            after.remove(vni);
        }
        else
        {
            after.put(vni, link);
        }
        links = after;
        allLinks = List.copyOf(after.values());
        changed();
        onLink.accept(vni);
    }

    private void publishL3()
    {
        final Int2ObjectHashMap<Vrf> after = new Int2ObjectHashMap<>();
        for (final Vrf vrf : vrfs.values())
        {
            if (vrf.l3Vni() != RoutingContext.NO_VNI)
            {
                after.put(vrf.l3Vni(), vrf);
            }
        }
        byL3Vni = after;
        changed();
    }
}
