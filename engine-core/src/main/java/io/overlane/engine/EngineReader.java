// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.forwarding.Forwarding;
import io.overlane.policy.IpNetworkContext;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.EngineSnapshot.PortRow;
import io.overlane.status.EngineSnapshot.RemoteRow;
import io.overlane.status.EngineSnapshot.RoutingRow;
import io.overlane.status.EngineSnapshot.SegmentRow;
import io.overlane.status.EngineSnapshot.TableSizes;
import io.overlane.status.RemoteTraffic;
import io.overlane.status.SnapshotReader;
import io.overlane.status.Traffic;
import io.overlane.status.Volume;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Makes the rows of a snapshot of what an engine has: segments, ports, remotes and tables. Any thread. */
final class EngineReader
{
    private final EngineContext context;
    private final Forwarding forwarding;
    private final List<Worker> workers;
    private final SnapshotReader rows;

    EngineReader(
        final EngineContext context,
        final EngineCounters counters,
        final Forwarding forwarding,
        final List<Worker> workers)
    {
        this.context = context;
        this.forwarding = forwarding;
        this.workers = workers;
        rows = new SnapshotReader(counters);
    }

    SnapshotReader paths()
    {
        return rows;
    }

    List<SegmentRow> segments()
    {
        return forwarding.segments().all().stream()
            .map(segment -> new SegmentRow(
                segment.vni(),
                volume(segment, Segment::encapTraffic),
                volume(segment, Segment::decapTraffic),
                forwarding.fdb().learned(segment.vni())))
            .toList();
    }

    List<PortRow> ports()
    {
        final List<PortRow> ports = new ArrayList<>();
        final IpNetworkContext network = context.ipNetwork();
        if (network != null && network.port() != null)
        {
            ports.add(rows.port(network.port(), null, 0));
        }
        for (final Segment segment : forwarding.segments().all())
        {
            for (final LocalPort local : segment.ports().all())
            {
                ports.add(rows.port(local.port(), segment.vni(), 0));
            }
        }
        for (int queue = 1; queue < workers.size(); queue++)
        {
            final Port port = context.queues().get(queue - 1).port();
            ports.add(rows.port(port, ports.get(0).vni(), queue));
        }
        return Collections.unmodifiableList(ports);
    }

    List<RemoteRow> remotes()
    {
        final RemoteTable remotes = forwarding.remotes();
        final List<RemoteRow> found = new ArrayList<>();
        final Volume sent = rows.encap(RemoteTraffic.UNNUMBERED);
        final Volume received = rows.decap(RemoteTraffic.UNNUMBERED);
        if (sent.frames() + received.frames() > 0)
        {
            found.add(new RemoteRow(null, null, sent, received));
        }
        remotes.forEach((number, vtep, vni) ->
        {
            if (!LocalPorts.isPort(vtep.address()))
            {
                found.add(new RemoteRow(
                    vtep, vni == RemoteTable.SEGMENTS_VNI ? null : vni, rows.encap(number), rows.decap(number)));
            }
        });
        return Collections.unmodifiableList(found);
    }

    List<RoutingRow> routing()
    {
        return forwarding.gateways().all().stream()
            .map(vrf -> SnapshotReader.routing(vrf.name(), vrf.encapCounters(), vrf.decapCounters()))
            .toList();
    }

    TableSizes tables(final long forgotten)
    {
        return new TableSizes(
            forwarding.fdb().size(),
            forwarding.fdb().learned(),
            forwarding.neighbors().size(),
            forwarding.routes().size(),
            forwarding.remotes().size(),
            forgotten,
            rows.tableEvents());
    }

    /** All queues count for themselves. */
    private Volume volume(final Segment first, final Function<Segment, Traffic> way)
    {
        Volume sum = way.apply(first).volume();
        for (final Worker worker : workers.subList(1, workers.size()))
        {
            sum = sum.plus(way.apply(worker.paths().segment(first.vni())).volume());
        }
        return sum;
    }
}
