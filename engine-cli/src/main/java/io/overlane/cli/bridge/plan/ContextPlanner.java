// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns options into a plan of a routing context, or says in one line what is wrong. */
public final class ContextPlanner
{
    private final String name;
    private final BridgeOptions options;
    private final HostFacts host;
    private final List<BridgePlan> all;
    private final List<BridgePlan> segments;

    private ContextPlanner(
        final String name, final BridgeOptions options, final List<BridgePlan> all, final HostFacts host)
    {
        this.name = name;
        this.options = options;
        this.host = host;
        this.all = all;
        segments = all.stream().filter(plan -> plan.isGateway() && plan.context().equals(name)).toList();
    }

    /**
     * @param name    of the context.
     * @param options of the command line, or of the context in the file.
     * @param all     plans of all segments, also of other contexts.
     * @param host    whose facts are needed.
     * @return a checked plan.
     * @throws IllegalArgumentException if the options contradict each other; one line.
     */
    public static ContextPlan plan(
        final String name, final BridgeOptions options, final List<BridgePlan> all, final HostFacts host)
    {
        return new ContextPlanner(name, options, all, host).plan();
    }

    /**
     * @param options of a command line, or of a file without contexts.
     * @param plans   of its segments; if one of them has a gateway, it is the only one.
     * @param host    whose facts are needed.
     * @return the context of the only segment, or none.
     * @throws IllegalArgumentException if the options contradict each other; one line.
     */
    public static List<ContextPlan> plans(
        final BridgeOptions options, final List<BridgePlan> plans, final HostFacts host)
    {
        final BridgePlan only = plans.get(0);
        if (only.isGateway())
        {
            return List.of(plan(only.context(), options, plans, host));
        }
        final String why = ": needs --gateway";
        require(options.gatewayMac == null, "--gateway-mac " + options.gatewayMac + why);
        require(options.l3Vni == null, "--l3-vni " + options.l3Vni + why);
        require(options.routerMac == null, "--router-mac " + options.routerMac + why);
        require(options.routes.isEmpty(), "--route " + String.join(" ", options.routes) + why);
        return List.of();
    }

    private ContextPlan plan()
    {
        final RoutingContext settings = settings();
        final Map<IpPrefix, RouteTarget> routes = new LinkedHashMap<>();
        for (final String text : options.routes)
        {
            final Vtep local = all.get(0).local();
            final RouteSpec route = RouteSpec.parse(text, local.address(), local.udpPort());
            check("--route " + text + ": ", route, settings);
            final RouteTarget before = routes.putIfAbsent(route.prefix(), route.target());
            require(before == null || before.equals(route.target()),
                "--route " + text + ": " + route.prefix() + " has another route: " + before);
        }
        return new ContextPlan(settings, routes);
    }

    private RoutingContext settings()
    {
        RoutingContext settings = new RoutingContext(name);
        if (options.gatewayMac != null)
        {
            settings = settings.gatewayMac(station("--gateway-mac", options.gatewayMac));
        }
        for (final BridgePlan segment : segments)
        {
            require(!settings.gatewayMac().equals(segment.mac()), "--gateway-mac " + settings.gatewayMac() +
                ": device " + segment.device() + " has the same MAC address");
        }
        if (options.l3Vni != null)
        {
            final long vni = options.l3Vni;
            require(vni >= Vni.MIN_VALUE && vni <= Vni.MAX_VALUE, "--l3-vni " + vni + ": outside " + Vni.MIN_VALUE +
                "..." + Vni.MAX_VALUE);
            require(all.stream().noneMatch(plan -> plan.vni() == vni), "--l3-vni " + vni +
                ": a segment has this VNI; an L3 VNI carries routed packets only, so choose another");
            settings = settings.l3Vni((int)vni);
        }
        if (options.routerMac != null)
        {
            require(options.l3Vni != null, "--router-mac " + options.routerMac + ": needs --l3-vni");
            settings = settings.routerMac(station("--router-mac", options.routerMac));
        }
        return settings;
    }

    private static MacAddress station(final String option, final MacAddress mac)
    {
        require(MacAddress.isValidSource(mac.value()), option + " " + mac + ": not a station's MAC address");
        return mac;
    }

    private void check(final String where, final RouteSpec route, final RoutingContext settings)
    {
        for (final BridgePlan segment : segments)
        {
            segment.gateways().forEach(gateway -> require(!gateway.base().equals(route.prefix()), where +
                "the gateway of VNI " + segment.vni() + " has this prefix, and needs no route"));
        }
        if (route.target() instanceof RouteTarget.Remote through)
        {
            require(settings.l3Vni() != RoutingContext.NO_VNI, where + "a route to a remote needs --l3-vni");
            require(!through.routerMac().equals(settings.routerMac()), where + "the MAC address is --router-mac, " +
                "that of this engine");
            try
            {
                new RemoteRules(host, all.get(0).local()).check(Set.of(through.vtep()));
            }
            catch (final IllegalArgumentException ex)
            {
                throw new IllegalArgumentException(where + ex.getMessage(), ex);
            }
        }
        else if (route.target() instanceof RouteTarget.Via via)
        {
            checkNextHop(where, via);
        }
    }

    private void checkNextHop(final String where, final RouteTarget.Via via)
    {
        final IpAddress nextHop = via.nextHop();
        boolean isFound = false;
        for (final BridgePlan segment : segments)
        {
            for (final IpPrefix gateway : segment.gateways())
            {
                require(!gateway.address().equals(nextHop), where + "next hop " + nextHop + " is the gateway of VNI " +
                    segment.vni() + " itself");
                isFound |= gateway.contains(nextHop) && via.vni() == RouteTarget.ANY_SEGMENT;
            }
            isFound |= via.vni() == segment.vni();
        }
        require(isFound, where + (via.vni() == RouteTarget.ANY_SEGMENT ?
            "no gateway of context " + name + " has a prefix with the next hop " + nextHop :
            "VNI " + via.vni() + " has no gateway in context " + name));
    }

    /**
     * Check that no two segments of a context have the same prefix.
     *
     * @param segment with gateways.
     * @param before  segments before it.
     * @throws IllegalArgumentException if it has the prefix of another.
     */
    public static void requireOwnPrefixes(final BridgePlan segment, final List<BridgePlan> before)
    {
        for (final BridgePlan other : before)
        {
            if (other.context().equals(segment.context()))
            {
                for (final IpPrefix gateway : segment.gateways())
                {
                    require(IpAddress.isLinkLocal(gateway.address().high()) || other.gateways().stream()
                        .noneMatch(taken -> taken.base().equals(gateway.base())), "--gateway " + gateway + ": VNI " +
                        other.vni() + " of the same context has the prefix " + gateway.base() + " already");
                }
            }
        }
    }
}
