// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.admin.command.EngineCaptures;
import io.overlane.admin.command.EngineCommands;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.backend.Backend;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The requests of an operator to a node. None changes anything: the registry decides what a node carries.
 *
 * <p>Requests to an engine go to the one that runs at that moment, as engines come and go with the devices of a node.
 * If each family has an engine, IPv4's gets the request unless it ends with {@code dev NAME}.
 */
public final class FlannelCommands
{
    private static final String DEVICE = "dev";

    private final Supplier<FlannelStatus> node;
    private final EngineCaptures captures;

    private FlannelCommands(final Supplier<FlannelStatus> node, final EngineCaptures captures)
    {
        this.node = node;
        this.captures = captures;
    }

    /**
     * @param captures remembers the captures that operators start.
     * @param commands gets the node's requests and those of its engines that change no table.
     */
    public static AdminCommands addTo(
        final FlannelNode node, final EngineCaptures captures, final AdminCommands commands)
    {
        return addTo(node::status, captures, commands);
    }

    /** The supplier answers null while there is no lease. */
    static AdminCommands addTo(
        final Supplier<FlannelStatus> node, final EngineCaptures captures, final AdminCommands commands)
    {
        final FlannelCommands requests = new FlannelCommands(node, captures);
        commands
            .addReading("flannel leases", "", "the subnet of each node, this node first", words -> requests.leases())
            .addReading("flannel routes", "", "routes and neighbours set in the kernel", words -> requests.routes())
            .addReading("flannel why", "PEER", "how a subnet or address is reached, or why it is not", requests::why);
        requests.addEngine(commands, "ping", "", "test whether the engine answers");
        requests.addEngine(commands, "stats", "", "counters of frames, per direction and per remote");
        requests.addEngine(
            commands, "histograms", "", "numbers of frames polled together, and times in the engine");
        commands.add("latency", "on|off [dev NAME]", "measure how long frames are in the engine, or stop that",
            words -> requests.runOnEngine("latency", words));
        commands
            .add("capture start", "FILE […] [dev NAME]", "write packets and their verdicts to a pcapng file",
                words -> requests.runOnEngine("capture start", words))
            .add("capture -", "[…] [dev NAME]", "the same to ctl's standard output, for wireshark -k -i -",
                words -> requests.runOnEngine("capture -", words))
            .add("capture stop", "[FILE|-]", "end the capture to this file, or all captures",
                words -> requests.runOnEngine("capture stop", words))
            .addReading("capture show", "", "captures, their records, and those that found no room",
                words -> requests.runOnEngine("capture show", words));
        requests.addEngine(commands, "drops", "[…]", "counters of dropped frames; arguments as with tun-bridge");
        requests.addEngine(
            commands, "fdb show", "[…] [from N] [limit N]", "vxlan: entries of the FDB; arguments as with tun-bridge");
        requests.addEngine(
            commands, "fast-path show", "[listing]", "vxlan: the fast path; arguments as with tun-bridge");
        requests.addEngine(commands, "route show", "[from N] [limit N]", "udp: inner prefixes and their remotes");
        return commands;
    }

    private void addEngine(
        final AdminCommands commands, final String name, final String syntax, final String description)
    {
        commands.addReading(name, (syntax + " [dev NAME]").strip(), description, words -> runOnEngine(name, words));
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

    private Answer runOnEngine(final String name, final List<String> words) throws AdminException
    {
        final int at = words.size() - 2;
        final boolean isNamed = at >= 0 && DEVICE.equals(words.get(at));
        final List<String> request = new ArrayList<>(List.of(name.split(" ")));
        request.addAll(isNamed ? words.subList(0, at) : words);

        final Backend backend = status().backend();
        final Map<String, OverlayEngine> engines = backend.engines();
        if (engines.isEmpty())
        {
            throw AdminException.refused(
                "no engine runs: the kernel carries the packets, or the device is being made again");
        }
        final OverlayEngine engine =
            isNamed ? engines.get(words.get(at + 1)) : engines.values().iterator().next();
        if (engine == null)
        {
            throw AdminException.refused(
                "no engine for " + words.get(at + 1) + " (there are " + String.join(", ", engines.keySet()) + ")");
        }
        return EngineCommands
            .addTo(engine, backend.hasSegments(), captures, new AdminCommands())
            .run(request);
    }

    private static String text(final List<String> lines)
    {
        final List<String> ended = new ArrayList<>(lines);
        ended.replaceAll(line -> line + "\n");
        return String.join("", ended);
    }
}
