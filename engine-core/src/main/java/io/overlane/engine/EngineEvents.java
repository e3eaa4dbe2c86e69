// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.event.EngineEvent;
import io.overlane.event.delivery.EventHub;
import io.overlane.event.delivery.EventQueue;
import io.overlane.forwarding.Forwarding;
import io.overlane.frame.Frame;
import io.overlane.policy.IpNetworkContext;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.underlay.Underlay;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The events of one engine. Some things are found out by looking once a second, so that no frame pays for them: a flood
 * limit that began to drop, and an offload that a port or underlay has given up. Only the thread that dispatches events
 * looks.
 */
final class EngineEvents
{
    /** Enough for a burst of a thousand MACs in a few segments: 640 KiB, and only while somebody subscribes. */
    private static final int CAPACITY = 8192;

    private static final List<DropReason> LIMITS = List.of(
        DropReason.PORT_FLOOD_LIMIT, DropReason.SEGMENT_FLOOD_LIMIT, DropReason.FLOOD_COPIES_LIMIT,
        DropReason.PORT_ARP_LIMIT);

    private static final int[] SUPER_FRAMES = {Frame.GSO_TCPV4, Frame.GSO_TCPV6, Frame.GSO_UDP_L4};
    private static final String[] SUPER_FRAME_NAMES = {"TCP over IPv4", "TCP over IPv6", "UDP"};

    private final EngineContext context;
    private final PathCounters encap;
    private final Forwarding forwarding;
    private final EventQueue queue;
    private final EventHub hub;
    /** The drops of each limit and segment so far. */
    private Map<Storm, Long> drops = new HashMap<>();
    /** How many frames each storm dropped in the last second. */
    private Map<Storm, Long> storms = Map.of();
    /** Types of super-frames that each port took in the last second, as bits by index. */
    private IdentityHashMap<Port, Integer> superFrames = new IdentityHashMap<>();
    private final boolean[] joins;

    /** A limit of a segment. */
    private record Storm(DropReason limit, int vni)
    {
    }

    EngineEvents(final EngineContext context, final EngineCounters counters, final Forwarding forwarding)
    {
        this.context = context;
        encap = counters.encap();
        this.forwarding = forwarding;
        joins = new boolean[1 + context.queues().size()];
        queue = new EventQueue(CAPACITY, forwarding::ownerOf, context.clock());
        hub = new EventHub(
            queue,
            forwarding::portName,
            this::look,
            context.errorHandler(),
            context.threadingMode() == ThreadingMode.INVOKER ? null :
                body -> EngineThreads.make(context.threadFactory(), "overlane-events", body).start());
    }

    EventQueue queue()
    {
        return queue;
    }

    EventHub hub()
    {
        return hub;
    }

    private void look(final boolean isFirst)
    {
        if (isFirst)
        {
            superFrames.clear();
            Arrays.fill(joins, false);
        }
        lookForStorms(isFirst);
        lookForOffloads();
    }

    private void lookForStorms(final boolean isFirst)
    {
        final Map<Storm, Long> now = new HashMap<>();
        if (LIMITS.stream().anyMatch(limit -> encap.dropped(limit) > 0))
        {
            encap.ledger().forEach((reason, vni, high, low, count) ->
            {
                if (LIMITS.contains(reason))
                {
                    now.merge(new Storm(reason, vni), count, Long::sum);
                }
            });
        }
        final Map<Storm, Long> dropping = new HashMap<>();
        now.forEach((storm, count) ->
        {
            final long since = count - drops.getOrDefault(storm, 0L);
            if (since > 0)
            {
                dropping.put(storm, since);
            }
        });
        if (!isFirst)
        {
            dropping.forEach((storm, frames) ->
            {
                if (!storms.containsKey(storm))
                {
                    queue.offer(new EngineEvent.FloodStorm(
                        queue.nowNs(), storm.vni == DropLedger.NO_VNI ? null : storm.vni, storm.limit, frames));
                }
            });
        }
        storms = dropping;
        drops = now;
    }

    private void lookForOffloads()
    {
        final IdentityHashMap<Port, Integer> now = new IdentityHashMap<>();
        final IpNetworkContext network = context.ipNetwork();
        if (network != null && network.port() != null)
        {
            look(network.port(), now);
        }
        for (final Segment segment : forwarding.segments().all())
        {
            for (final LocalPort local : segment.ports().all())
            {
                look(local.port(), now);
            }
        }
        look(0, context.underlay());
        for (int i = 0; i < context.queues().size(); i++)
        {
            look(context.queues().get(i).port(), now);
            look(i + 1, context.queues().get(i).underlay());
        }
        superFrames = now;
    }

    private void look(final Port port, final IdentityHashMap<Port, Integer> now)
    {
        final int taken = IntStream.range(0, SUPER_FRAMES.length)
            .filter(i -> port.takesSuperFrames(SUPER_FRAMES[i]))
            .map(i -> 1 << i)
            .sum();
        final int lost = superFrames.getOrDefault(port, 0) & ~taken;
        for (int i = 0; i < SUPER_FRAMES.length; i++)
        {
            if ((lost & 1 << i) != 0)
            {
                offerLost(port.name(), "super-frames of " + SUPER_FRAME_NAMES[i]);
            }
        }
        now.put(port, taken);
    }

    private void look(final int index, final Underlay underlay)
    {
        final boolean isJoining = underlay.gainsFromJoining();
        if (joins[index] && !isJoining)
        {
            offerLost(underlay.description(), "joined datagrams");
        }
        joins[index] = isJoining;
    }

    private void offerLost(final String device, final String offload)
    {
        queue.offer(new EngineEvent.OffloadLost(queue.nowNs(), device, offload));
    }
}
