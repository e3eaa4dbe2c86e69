// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code context} and {@code gateway}: shows and changes routing contexts and the gateways of segments. */
final class ContextCommands
{
    /** Name of the context of options without {@code --context}. */
    private static final String DEFAULT_NAME = "default";

    private final EngineAccess engine;

    ContextCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading("context show", "[NAME] " + Page.SYNTAX, "routing contexts and their segments", this::show)
            .add(
                "context set",
                "NAME [gateway-mac MAC] [l3-vni N|none] [router-mac MAC]",
                "change settings of a routing context; the others stay",
                this::set)
            .add("context del", "NAME", "give a routing context its defaults again", this::del)
            .addReading("gateway show", "[vni N] " + Page.SYNTAX, "gateways of segments", this::showGateways)
            .add(
                "gateway replace",
                "CIDR,... [vni N] [context NAME] [mtu N]",
                "set the gateway addresses of a segment",
                this::replaceGateway)
            .add("gateway del", "[vni N]", "remove the gateway of a segment", this::delGateway);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, Page.FROM, Page.LIMIT);
        final String name = words.optional(0, text -> text);
        final Map<Integer, Gateway> gateways = new TreeMap<>(engine.engine().tables().gateways());
        return Page.of(words).answer(
            engine.engine().tables().contexts().stream()
                .filter(context -> name == null || name.equals(context.name()))
                .sorted(Comparator.comparing(RoutingContext::name))
                .toList(),
            some ->
            {
                final Table table = new Table("context", "gateway_mac", "l3_vni", "router_mac", "segments");
                some.forEach(context -> table.row(
                    context.name(),
                    context.gatewayMac(),
                    context.l3Vni() == RoutingContext.NO_VNI ? null : (Integer)context.l3Vni(),
                    context.l3Vni() == RoutingContext.NO_VNI ? null : context.routerMac(),
                    gateways.entrySet().stream()
                        .filter(gateway -> gateway.getValue().context().equals(context.name()))
                        .map(Map.Entry::getKey)
                        .toList()));
                return table;
            });
    }

    private Answer set(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "gateway-mac", "l3-vni", "router-mac");
        final String name = words.required(0, "name", text -> text);
        final MacAddress gatewayMac = words.optional("gateway-mac", MacAddress::parse);
        final Integer l3Vni = words.optional(
            "l3-vni", text -> text.equals("none") ? RoutingContext.NO_VNI : EngineAccess.VNI.apply(text));
        final MacAddress routerMac = words.optional("router-mac", MacAddress::parse);
        RoutingContext settings = engine.engine().tables().contexts().stream()
            .filter(context -> context.name().equals(name))
            .findFirst()
            .orElse(null);
        try
        {
            settings = settings == null ? new RoutingContext(name) : settings;
            settings = gatewayMac == null ? settings : settings.gatewayMac(gatewayMac);
            settings = l3Vni == null ? settings : settings.l3Vni(l3Vni);
            settings = routerMac == null ? settings : settings.routerMac(routerMac);
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
        final RoutingContext wanted = settings;
        engine.require("context " + name, tables -> tables.replaceContext(wanted));
        return Answer.DONE;
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final String name = new Words(request, 1).required(0, "name", text -> text);
        engine.require("context " + name, tables -> tables.deleteContext(name));
        return Answer.DONE;
    }

    private Answer showGateways(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 0, "vni", Page.FROM, Page.LIMIT);
        final Integer vni = engine.filter(words);
        return Page.of(words).answer(
            new TreeMap<>(engine.engine().tables().gateways()).entrySet().stream()
                .filter(gateway -> vni == null || vni.equals(gateway.getKey()))
                .toList(),
            some ->
            {
                final Table table = new Table("vni", "context", "addresses", "mtu");
                some.forEach(gateway -> table.row(
                    gateway.getKey(),
                    gateway.getValue().context(),
                    gateway.getValue().addresses(),
                    gateway.getValue().mtu() == 0 ? null : (Integer)gateway.getValue().mtu()));
                return table;
            });
    }

    private Answer replaceGateway(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni", "context", "mtu");
        final Set<IpPrefix> addresses = words.required(0, "CIDR", ContextCommands::prefixes);
        final String context = words.optional("context", text -> text);
        final Integer mtu = words.optional("mtu", Words.number("MTU", 68, 0xFFFF));
        final int vni = engine.segment(words);
        final Gateway gateway;
        try
        {
            gateway = new Gateway(context == null ? DEFAULT_NAME : context, addresses, mtu == null ? 0 : mtu);
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
        engine.require("gateway of VNI " + vni, tables -> tables.replaceGateway(vni, gateway));
        return Answer.DONE;
    }

    private static Set<IpPrefix> prefixes(final String text)
    {
        final Set<IpPrefix> prefixes = new LinkedHashSet<>();
        for (final String prefix : text.split(","))
        {
            prefixes.add(IpPrefix.parse(prefix));
        }
        return prefixes;
    }

    private Answer delGateway(final List<String> request) throws AdminException
    {
        final int vni = engine.segment(new Words(request, 0, "vni"));
        engine.require("gateway of VNI " + vni, tables -> tables.deleteGateway(vni));
        return Answer.DONE;
    }
}
