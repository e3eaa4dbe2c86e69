// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.command.EngineCommands;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Passes requests to the engine that runs at that moment, as engines come and go with the devices of a node. If each
 * family has an engine, IPv4's gets the request unless it ends with {@code dev NAME}.
 */
final class NodeEngines
{
    private static final String DEVICE = "dev";

    private final Source source;

    /** Supplies the status of the node. */
    @FunctionalInterface
    interface Source
    {
        FlannelStatus status() throws AdminException;
    }

    NodeEngines(final Source source)
    {
        this.source = source;
    }

    void addTo(final AdminCommands commands)
    {
        add(commands, "ping", "test whether the engine answers");
        add(commands, "stats", "counters of frames, per direction and per remote");
        add(commands, "drops", "counters of dropped frames; arguments as with tun-bridge");
        add(commands, "fdb show", "vxlan: entries of the FDB; arguments as with tun-bridge");
        add(commands, "route show", "udp: inner prefixes and their remotes");
    }

    private void add(final AdminCommands commands, final String name, final String description)
    {
        commands.add(name, "[…] [dev NAME]", description, words -> run(name, words));
    }

    private Answer run(final String name, final List<String> words) throws AdminException
    {
        final int at = words.size() - 2;
        final boolean isNamed = at >= 0 && DEVICE.equals(words.get(at));
        final List<String> request = new ArrayList<>(List.of(name.split(" ")));
        request.addAll(isNamed ? words.subList(0, at) : words);

        final Backend backend = source.status().backend();
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
        return EngineCommands.addTo(engine, backend.hasSegments(), new AdminCommands()).run(request);
    }
}
