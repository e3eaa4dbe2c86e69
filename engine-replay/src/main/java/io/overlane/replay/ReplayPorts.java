// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.engine.EngineContext;
import io.overlane.frame.Frame;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The ports of a replayed engine: finds the one that a captured frame came from. */
final class ReplayPorts
{
    /** The name of a port that the replay makes is this and the VNI. */
    private static final String PREFIX = "vni-";
    private static final String IP_NETWORK = "ip";

    private final Map<String, List<ReplayPort>> bySegment = new HashMap<>();

    /** Gives a port to each segment that has none. */
    ReplayPorts(final EngineContext context, final BiConsumer<ReplayPort, Frame> taken)
    {
        for (final SegmentContext segment : context.segments())
        {
            final String vni = Integer.toString(segment.vni());
            if (segment.ports().isEmpty())
            {
                segment.port(new ReplayPort(PREFIX + vni));
            }
            segment.ports().forEach(port -> add(vni, port, taken));
        }
        final IpNetworkContext network = context.ipNetwork();
        if (network != null)
        {
            final Port given = network.port();
            final Port port = given == null ? new ReplayPort(IP_NETWORK) : given;
            network.port(port);
            add(IP_NETWORK, port, taken);
        }
    }

    /**
     * Find a port: of several, the one of this name, else the first.
     *
     * @param name of the interface in the capture.
     * @param vni  that the capture says; null if it says none.
     * @return null if there is no such segment.
     */
    @Nullable ReplayPort port(final String name, final @Nullable String vni)
    {
        final List<ReplayPort> ports = bySegment.get(vni == null ? IP_NETWORK : vni);
        return ports == null ? null :
            ports.stream().filter(port -> port.name().equals(name)).findFirst().orElse(ports.get(0));
    }

    private void add(final String segment, final Port port, final BiConsumer<ReplayPort, Frame> taken)
    {
        if (!(port instanceof ReplayPort ours))
        {
            throw new IllegalArgumentException(
                "a replay cannot use port " + port.name() + "; leave it out, or give the segment ReplayPorts");
        }
        ours.onTaken(taken);
        bySegment.computeIfAbsent(segment, vni -> new ArrayList<>()).add(ours);
    }
}
