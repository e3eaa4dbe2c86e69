// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code route}: which remote the packets of the IP mode go to, in the words of {@code ip route}. */
final class RouteCommands
{
    private final EngineAccess engine;

    RouteCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading("route show", Page.SYNTAX, "inner prefixes and their remotes", this::show)
            .add("route replace", "CIDR dst IP [port N]", "set the remote of a prefix", this::replace)
            .add("route del", "CIDR", "delete a prefix", this::del);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Page page = Page.of(new Words(request, 0, Page.FROM, Page.LIMIT));
        final Map<IpPrefix, Vtep> routes = new TreeMap<>(
            Comparator.<IpPrefix>comparingLong(prefix -> prefix.address().low()).thenComparingInt(IpPrefix::length));
        routes.putAll(engine.engine().tables().routes());
        return page.answer(List.copyOf(routes.entrySet()), RouteCommands::table);
    }

    private static Table table(final List<Map.Entry<IpPrefix, Vtep>> routes)
    {
        final Table table = new Table("prefix", "dst", "port");
        routes.forEach(route ->
            table.row(route.getKey(), route.getValue().address(), route.getValue().udpPort()));
        return table;
    }

    private Answer replace(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "dst", "port");
        final IpPrefix prefix = words.required(0, "CIDR", IpPrefix::parse);
        final IpAddress address =
            words.required("dst", Words::address).inZoneOf(engine.engine().local().address());
        final Integer udpPort = words.optional("port", EngineAccess.UDP_PORT);
        final Vtep remote = new Vtep(address, udpPort == null ? engine.engine().local().udpPort() : udpPort);
        engine.require("route " + prefix, tables -> tables.replaceRoute(prefix, remote));
        return Answer.DONE;
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final IpPrefix prefix = new Words(request, 1).required(0, "CIDR", IpPrefix::parse);
        engine.require("route " + prefix, tables -> tables.deleteRoute(prefix));
        return Answer.DONE;
    }
}
