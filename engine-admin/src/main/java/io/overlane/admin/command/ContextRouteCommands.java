// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.routing.RouteRow;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** {@code route} of an engine with segments: the routes of its routing contexts, in the words of {@code ip route}. */
final class ContextRouteCommands
{
    private static final String CONTEXT = "context";

    private static final Comparator<Shown> ORDER = Comparator.comparing(Shown::context)
        .thenComparing(shown -> shown.route.prefix().address().high(), Long::compareUnsigned)
        .thenComparing(shown -> shown.route.prefix().address().low(), Long::compareUnsigned)
        .thenComparingInt(shown -> shown.route.prefix().length());

    private final EngineAccess engine;

    /** A route and its context. */
    private record Shown(String context, RouteRow route)
    {
    }

    ContextRouteCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading("route show", "[context NAME] " + Page.SYNTAX, "routes of gateways", this::show)
            .addReading("route why", "IP [context NAME]", "where packets to an address go, or why not", this::why)
            .add(
                "route replace",
                "CIDR [context NAME] via IP [vni N] | dst IP lladdr MAC [port N] | type blackhole|unreachable",
                "set where a prefix leads: to a router in a segment, to a gateway behind the L3 VNI, or nowhere",
                this::replace)
            .add("route del", "CIDR [context NAME]", "delete a route", this::del);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 0, CONTEXT, Page.FROM, Page.LIMIT);
        final List<String> names = words.has(CONTEXT) ? List.of(context(words)) : contexts();
        final List<Shown> routes = new ArrayList<>();
        for (final String name : names)
        {
            engine.engine().tables().routes(name).forEach(route -> routes.add(new Shown(name, route)));
        }
        routes.sort(ORDER);
        return Page.of(words).answer(routes, ContextRouteCommands::table);
    }

    private static Table table(final List<Shown> routes)
    {
        final Table table = new Table("prefix", "context", "type", "vni", "via", "dst", "port", "lladdr");
        for (final Shown shown : routes)
        {
            final IpPrefix prefix = shown.route.prefix();
            final RouteTarget target = shown.route.target();
            if (target instanceof RouteTarget.Via via)
            {
                final Integer vni = via.vni() == RouteTarget.ANY_SEGMENT ? null : (Integer)via.vni();
                table.row(prefix, shown.context, "via", vni, via.nextHop(), null, null, null);
            }
            else if (target instanceof RouteTarget.Remote remote)
            {
                table.row(
                    prefix, shown.context, "remote", null, null, remote.vtep().address(), remote.vtep().udpPort(),
                    remote.routerMac());
            }
            else
            {
                table.row(
                    prefix, shown.context, target == null ? "gateway" : target.toString(), shown.route.vni(), null,
                    null, null, null);
            }
        }
        return table;
    }

    private Answer why(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, CONTEXT);
        final IpAddress address = words.required(0, "IP address", IpAddress::parse);
        return Answer.line(engine.engine().tables().explain(context(words), address));
    }

    private Answer replace(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, CONTEXT, "via", "vni", "dst", "lladdr", "port", "type");
        final IpPrefix prefix = words.required(0, "CIDR", IpPrefix::parse);
        final RouteTarget target = target(words);
        if (target instanceof RouteTarget.Via via && via.nextHop().isV4() != prefix.address().isV4())
        {
            throw AdminException.usage("next hop " + via.nextHop() + " is of another family than " + prefix);
        }
        final String context = context(words);
        engine.require(describe(prefix, context), tables -> tables.replaceRoute(context, prefix, target));
        return Answer.DONE;
    }

    private RouteTarget target(final Words words) throws AdminException
    {
        if (Stream.of("via", "dst", "type").filter(words::has).count() != 1)
        {
            throw AdminException.usage("one of via, dst and type is needed");
        }
        if (words.has("vni") && !words.has("via") || words.has("port") && !words.has("dst") ||
            words.has("lladdr") && !words.has("dst"))
        {
            throw AdminException.usage("vni needs via; port and lladdr need dst");
        }
        try
        {
            if (words.has("via"))
            {
                final IpAddress nextHop = words.required("via", IpAddress::parse);
                return words.has("vni") ?
                    new RouteTarget.Via(nextHop, engine.segment(words)) : new RouteTarget.Via(nextHop);
            }
            if (words.has("dst"))
            {
                final Vtep local = engine.engine().local();
                final Integer udpPort = words.optional("port", EngineAccess.UDP_PORT);
                final IpAddress address = words.required("dst", Words::address).inZoneOf(local.address());
                return new RouteTarget.Remote(
                    new Vtep(address, udpPort == null ? local.udpPort() : udpPort),
                    words.required("lladdr", MacAddress::parse));
            }
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
        return words.required("type", text -> switch (text)
        {
            case "blackhole" -> new RouteTarget.Blackhole();
            case "unreachable" -> new RouteTarget.Unreachable();
            default -> throw new IllegalArgumentException(
                "not a type: '" + text + "' (expected blackhole or unreachable)");
        });
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, CONTEXT);
        final IpPrefix prefix = words.required(0, "CIDR", IpPrefix::parse);
        final String context = context(words);
        engine.require(describe(prefix, context), tables -> tables.deleteRoute(context, prefix));
        return Answer.DONE;
    }

    /** The context that is given or, without one, the only one. */
    private String context(final Words words) throws AdminException
    {
        final String name = words.optional(CONTEXT, text -> text);
        final List<String> names = contexts();
        if (name == null)
        {
            if (names.size() == 1)
            {
                return names.get(0);
            }
            throw names.isEmpty() ?
                AdminException.refused("there is no routing context") :
                AdminException.usage("context is missing, and there are " + names.size() + " contexts");
        }
        if (!names.contains(name))
        {
            throw AdminException.refused("there is no routing context " + name +
                (names.isEmpty() ? "" : " (there are " + String.join(", ", names) + ")"));
        }
        return name;
    }

    private List<String> contexts()
    {
        return engine.engine().tables().contexts().stream().map(RoutingContext::name).sorted().toList();
    }

    private static String describe(final IpPrefix prefix, final String context)
    {
        return "route " + prefix + " of context " + context;
    }
}
