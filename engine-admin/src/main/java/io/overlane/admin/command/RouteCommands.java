// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.route.RouteTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code route}: the remote of each inner prefix in the IP mode, with the syntax of {@code ip route}. */
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
            .add("route show", "", "inner prefixes and their remotes", words -> show())
            .add("route replace", "CIDR dst IP [port N]", "set the remote of a prefix", this::replace)
            .add("route del", "CIDR", "delete a prefix", this::del);
    }

    private Answer show()
    {
        final List<IpPrefix> prefixes = new ArrayList<>();
        table().forEach((prefix, remote) -> prefixes.add(prefix));
        prefixes.sort(Comparator.<IpPrefix>comparingLong(prefix -> prefix.address().low())
            .thenComparingInt(IpPrefix::length));
        final Table shown = new Table("prefix", "dst", "port");
        for (final IpPrefix prefix : prefixes.stream().distinct().toList())
        {
            final int number = table().get(prefix);
            if (number != RouteTable.MISSING)
            {
                final Vtep remote = engine.forwarding().remotes().vtep(number);
                // The remote's number may have been given to another remote meanwhile; then the route has changed, too.
                if (number == table().get(prefix))
                {
                    shown.row(prefix, remote.address(), remote.udpPort());
                }
            }
        }
        return shown.answer();
    }

    private Answer replace(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "dst", "port");
        final IpPrefix prefix = words.required(0, "CIDR", IpPrefix::parse);
        final IpAddress address =
            words.required("dst", Words::address).inZoneOf(engine.engine().local().address());
        final Integer udpPort = words.optional("port", EngineAccess.UDP_PORT);
        final Vtep remote = new Vtep(address, udpPort == null ? engine.engine().local().udpPort() : udpPort);
        if (!engine.ask(() -> engine.forwarding().putRoute(prefix, remote)))
        {
            throw AdminException.refused("route " + prefix + " does not fit: the table is full");
        }
        return Answer.DONE;
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final IpPrefix prefix = new Words(request, 1).required(0, "CIDR", IpPrefix::parse);
        if (!engine.ask(() -> engine.forwarding().removeRoute(prefix)))
        {
            throw AdminException.refused("route " + prefix + " does not exist");
        }
        return Answer.DONE;
    }

    private RouteTable table()
    {
        return engine.forwarding().routes();
    }
}
