// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The requests of an operator to a node. None changes anything: the registry decides what a node carries. */
public final class FlannelCommands
{
    private final Supplier<FlannelStatus> node;

    private FlannelCommands(final Supplier<FlannelStatus> node)
    {
        this.node = node;
    }

    /** @param commands gets the node's requests and those of its engines that change nothing. */
    public static AdminCommands addTo(final FlannelNode node, final AdminCommands commands)
    {
        return addTo(node::status, commands);
    }

    /** The supplier answers null while there is no lease. */
    static AdminCommands addTo(final Supplier<FlannelStatus> node, final AdminCommands commands)
    {
        final FlannelCommands asked = new FlannelCommands(node);
        commands
            .add("flannel leases", "", "the subnet of each node, this node first", words -> asked.leases())
            .add("flannel routes", "", "routes and neighbours set in the kernel", words -> asked.routes())
            .add("flannel why", "PEER", "how a subnet or address is reached, or why it is not", asked::why);
        new NodeEngines(asked::status).addTo(commands);
        return commands;
    }

    private FlannelStatus status() throws AdminException
    {
        final FlannelStatus status = node.get();
        if (status == null)
        {
            throw AdminException.refused("this node has no lease yet");
        }
        return status;
    }

    private Answer leases() throws AdminException
    {
        final FlannelStatus status = status();
        final Table table = new Table("subnet", "subnet_v6", "public_ip", "public_ip_v6", "backend", "data", "own");
        row(table, status.own(), true);
        status.peers().forEach(peer -> row(table, peer, false));
        return new Answer(text(status.leases()), table.json());
    }

    private static void row(final Table table, final Lease lease, final boolean isOwn)
    {
        final IpAddress publicIp = lease.attributes().publicIp();
        table.row(lease.subnet(), lease.subnetV6(), publicIp.equals(IpAddress.ANY_V4) ? null : publicIp,
            lease.attributes().publicIpV6(), lease.attributes().backendType(), lease.attributes().toJson(), isOwn);
    }

    private Answer routes() throws AdminException
    {
        final FlannelStatus status = status();
        final Table routes = new Table("subnet", "via", "dev", "onlink");
        final Table neighbors = new Table("ip", "lladdr");
        for (final HostPlan plan : status.backend().plans())
        {
            plan.routes().forEach(
                route -> routes.row(route.subnet(), route.gateway(), route.device(), route.onlink()));
            plan.neighbors().forEach(neighbors::row);
        }
        final Map<String, Object> members = new LinkedHashMap<>();
        members.put("routes", routes.json());
        members.put("neighbors", neighbors.json());
        return new Answer(text(status.routes()), members);
    }

    private Answer why(final List<String> words) throws AdminException
    {
        if (words.size() != 1)
        {
            throw AdminException.usage(words.isEmpty() ? "PEER is missing" : "unexpected '" + words.get(1) + "'");
        }
        final FlannelStatus status = status();
        try
        {
            return Answer.line(status.why(words.get(0)));
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
    }

    private static String text(final List<String> lines)
    {
        final List<String> ended = new ArrayList<>(lines);
        ended.replaceAll(line -> line + "\n");
        return String.join("", ended);
    }
}
