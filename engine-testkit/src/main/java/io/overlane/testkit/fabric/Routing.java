// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.control.DesiredState;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The routed networks of the fabric, see {@link Network#isRouted}. Each member engine has the gateway of its networks,
 * all with one MAC. Each network has a home, the member that other homes reach it through, in the L3 VNI; a home has
 * routes to the networks before and behind its own.
 *
 * <p>Network N has the prefixes {@code 32.0.0.0/4 + N}{@code /16} and {@code fd00::N+1:0:0/96}; its gateway has the
 * first address of each.
 */
final class Routing
{
    static final String CONTEXT = "fabric";
    static final long GATEWAY_MAC = 0x0200_5E00_0001L;
    static final int L3_VNI = 999;

    /** Routes of a context: of a few gateways and homes. */
    static final int MAX_ROUTES = 256;

    private static final int PREFIXES4 = 0x2000_0000;
    private static final int NETWORK_MASK = 0xFFF;
    private static final int LENGTH4 = 16;
    private static final int LENGTH6 = 96;
    private static final long FIRST_ROUTER_MAC = 0x0200_0A00_0000L;
    /** Networks before and behind its own that a home has routes to. */
    private static final int REACH = 2;

    private final List<Network> networks = new ArrayList<>();

    /** A network of the fabric has its members. */
    void add(final Network network)
    {
        if (network.isRouted())
        {
            networks.add(network);
        }
    }

    List<Network> networks()
    {
        return networks;
    }

    /** The member that never leaves a network. */
    static SimEngine home(final Network network)
    {
        return network.members.get(0);
    }

    static int vni(final int network)
    {
        return Network.FIRST_VNI + network;
    }

    static int network(final int vni)
    {
        return vni - Network.FIRST_VNI;
    }

    static long routerMac(final int engine)
    {
        return FIRST_ROUTER_MAC + engine;
    }

    static int gateway4(final int network)
    {
        return PREFIXES4 | network << LENGTH4 | 1;
    }

    static long gateway6Low(final int network)
    {
        return network + 1L << Integer.SIZE | 1;
    }

    /** The network that an address belongs to. */
    static int networkOf(final int ip)
    {
        return ip >>> LENGTH4 & NETWORK_MASK;
    }

    static int networkOf(final long ip6Low)
    {
        return (int)(ip6Low >>> Integer.SIZE) - 1;
    }

    /** Whether an engine can route packets to a network. */
    boolean isReached(final SimEngine engine, final Network network)
    {
        return engine.memberships.containsKey(vni(network.id)) || engine.model.routing().routes.containsKey(network.id);
    }

    /** Add the context, the gateways and the routes of an engine to its state and its model. */
    void addTo(final DesiredState state, final SimEngine engine)
    {
        final RoutingModel model = engine.model.routing();
        model.hasContext = true;
        state.context(new RoutingContext(CONTEXT)
            .gatewayMac(new MacAddress(GATEWAY_MAC)).l3Vni(L3_VNI).routerMac(new MacAddress(routerMac(engine.index))));
        for (final Network network : networks)
        {
            if (engine.memberships.containsKey(vni(network.id)))
            {
                state.gateway(vni(network.id), new Gateway(CONTEXT, Set.of(prefix4(network), prefix6(network)), 0));
                engine.model.segment(vni(network.id)).isGateway = true;
            }
        }
        for (int i = 0; i < networks.size(); i++)
        {
            if (home(networks.get(i)) == engine)
            {
                for (int distance = 1; distance <= REACH; distance++)
                {
                    route(state, engine, networks.get((i + distance) % networks.size()));
                    route(state, engine, networks.get(Math.floorMod(i - distance, networks.size())));
                }
            }
        }
    }

    private static void route(final DesiredState state, final SimEngine engine, final Network network)
    {
        final SimEngine home = home(network);
        if (home != engine)
        {
            final RouteTarget target = new RouteTarget.Remote(home.vtep, new MacAddress(routerMac(home.index)));
            state.route(CONTEXT, prefix4(network).base(), target);
            state.route(CONTEXT, prefix6(network).base(), target);
            engine.model.routing().routes.put(network.id, home.index);
        }
    }

    private static IpPrefix prefix4(final Network network)
    {
        return new IpPrefix(IpAddress.ofV4(gateway4(network.id)), LENGTH4);
    }

    private static IpPrefix prefix6(final Network network)
    {
        return new IpPrefix(new IpAddress(StationFrames.NET6, gateway6Low(network.id)), LENGTH6);
    }
}
