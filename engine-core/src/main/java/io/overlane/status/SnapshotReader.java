// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.address.IpAddress;
import io.overlane.port.Port;
import io.overlane.port.VlanPort;
import io.overlane.status.EngineSnapshot.DropRow;
import io.overlane.status.EngineSnapshot.PathRow;
import io.overlane.status.EngineSnapshot.PortRow;
import io.overlane.status.EngineSnapshot.RoutingRow;
import io.overlane.status.EngineSnapshot.Vlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the rows of an {@link EngineSnapshot} of the counters. Any thread. */
public final class SnapshotReader
{
    private final EngineCounters counters;

    /** What the frames of one row of drops have in common. */
    private record Key(DropReason reason, int vni, long high, long low)
    {
    }

    public SnapshotReader(final EngineCounters counters)
    {
        this.counters = counters;
    }

    /** The fates of frames from ports. */
    public PathRow encap()
    {
        return path(counters.encap());
    }

    /** The fates of datagrams from the underlay. */
    public PathRow decap()
    {
        return path(counters.decap());
    }

    /**
     * @param vni   of its segment; null for the port of an IP network.
     * @param queue 0 for the first.
     */
    public PortRow port(final Port port, final @Nullable Integer vni, final int queue)
    {
        final PortTraffic encap = counters.encap(queue).find(port);
        final PortTraffic decap = counters.decap(queue).find(port);
        final Volume switched = encap == null ? Volume.NONE : encap.out();
        return new PortRow(
            port.name(),
            vni,
            queue,
            port.mtu(),
            encap == null ? Volume.NONE : encap.in(),
            decap == null ? switched : decap.out().plus(switched),
            port.fill(),
            port.refused(),
            port.fillOut(),
            port.overwritten(),
            port instanceof VlanPort vlan ?
                new Vlan(vlan.trunk(), vlan.vlanId(), vlan.isService(), vlan.rules()) : null);
    }

    /** Frames that were sent to a remote, or {@link RemoteTraffic#UNNUMBERED}. */
    public Volume encap(final int remote)
    {
        return volume(counters.encap().remotes(), remote);
    }

    /** Frames that a remote, or {@link RemoteTraffic#UNNUMBERED}, sent. */
    public Volume decap(final int remote)
    {
        return volume(counters.decap().remotes(), remote);
    }

    /** How often each event of the tables happened. */
    public Map<TableCounters.Event, Long> tableEvents()
    {
        final Map<TableCounters.Event, Long> events = new EnumMap<>(TableCounters.Event.class);
        for (final TableCounters.Event event : TableCounters.Event.values())
        {
            events.put(event, counters.tables().get(event));
        }
        return Collections.unmodifiableMap(events);
    }

    /** What gateways do for a routing context. */
    public static RoutingRow routing(
        final String context, final RoutingCounters encap, final RoutingCounters decap)
    {
        final Map<DropReason, Long> dropped = new LinkedHashMap<>();
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            final long count = encap.dropped(reason) + decap.dropped(reason);
            if (count > 0)
            {
                dropped.put(reason, count);
            }
        }
        return new RoutingRow(
            context,
            encap.routed(),
            decap.routed(),
            encap.answered() + decap.answered(),
            encap.requests() + decap.requests(),
            Collections.unmodifiableMap(dropped));
    }

    private static Volume volume(final RemoteTraffic traffic, final int remote)
    {
        return new Volume(traffic.frames(remote), traffic.bytes(remote));
    }

    private static PathRow path(final PathCounters path)
    {
        final Map<DropReason, Long> dropped = new LinkedHashMap<>();
        for (int i = 1; i < DropReason.count(); i++)
        {
            dropped.put(DropReason.get(i), path.dropped(DropReason.get(i)));
        }
        return new PathRow(
            new Volume(path.framesIn(), path.bytesIn()),
            new Volume(path.delivered(), path.deliveredBytes()),
            path.answered(),
            path.held(),
            Collections.unmodifiableMap(dropped),
            path.switched(),
            path.floodCopies(),
            path.floodCopiesRefused(),
            path.mirrored(),
            path.mirrorsRefused(),
            path.oversizeLongest(),
            drops(path.ledger()),
            path.ledger().framesWithoutLine(),
            path.batches().sizes(),
            path.batches().latencyNs());
    }

    /** Each queue has lines of its own; their sum is one row. */
    private static List<DropRow> drops(final DropLedger ledger)
    {
        final Map<Key, Long> sums = new HashMap<>();
        ledger.forEach((reason, vni, high, low, count) ->
            sums.merge(new Key(reason, vni, high, low), count, Long::sum));
        final List<DropRow> rows = new ArrayList<>(sums.size());
        sums.forEach((key, count) -> rows.add(new DropRow(
            key.reason,
            key.vni == DropLedger.NO_VNI ? null : key.vni,
            (key.high | key.low) == 0 ? null : new IpAddress(key.high, key.low),
            count,
            key.reason == DropReason.OVERSIZE ? ledger.longest(key.reason, key.vni, key.high, key.low) : 0)));
        return Collections.unmodifiableList(rows);
    }
}
