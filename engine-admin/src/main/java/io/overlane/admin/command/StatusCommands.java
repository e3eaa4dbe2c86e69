// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.status.Distribution;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.EngineSnapshot.PathRow;
import io.overlane.status.TableCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code stats}, {@code histograms} and {@code latency}: counters of frames and tables, batch sizes, delays. */
final class StatusCommands
{
    /** All columns except the buckets. */
    private static final int COLUMNS_SHOWN = 8;

    /** All columns except the reasons of drops. */
    private static final int CONTEXT_COLUMNS_SHOWN = 8;

    private final EngineAccess engine;

    StatusCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading("stats", "", "counters of frames, segments, ports, remotes and tables", words -> stats())
            .addReading("histograms", "", "numbers of frames polled together, and times in the engine",
                words -> histograms())
            .add("latency", "on|off", "measure how long frames are in the engine, or stop that", this::latency);
    }

    private Answer stats()
    {
        final EngineSnapshot now = engine.engine().snapshot();
        final Map<String, Object> tables = tables(now);
        return new Sections()
            .member("local", now.local())
            .table("paths", paths(now))
            .member("underlay", Map.of("receive_drops", now.receiveDrops()))
            .table("segments", segments(now))
            .table("ports", ports(now))
            .table("remotes", remotes(now))
            .table("contexts", contexts(now))
            .member("tables", tables)
            .text(oneRow(tables))
            .member("memory", Map.of("access", now.memoryAccess()))
            .text(new Table("receive_drops", "memory_access").row(now.receiveDrops(), now.memoryAccess()).text())
            .answer();
    }

    private static String oneRow(final Map<String, Object> members)
    {
        return new Table(members.keySet().toArray(String[]::new)).row(members.values().toArray()).text();
    }

    private static Table paths(final EngineSnapshot now)
    {
        final Table table =
            new Table("path", "in", "delivered", "bytes", "answered", "dropped", "flood_copies", "held");
        each(now, (name, path) -> table.row(
            name,
            path.in().frames(),
            path.delivered().frames(),
            path.delivered().bytes(),
            path.answered(),
            path.allDropped(),
            path.floodCopies(),
            path.held()));
        return table;
    }

    private static Table segments(final EngineSnapshot now)
    {
        final Table table = new Table("vni", "sent", "sent_bytes", "received", "received_bytes");
        now.segments().forEach(segment -> table.row(
            segment.vni(),
            segment.encap().frames(),
            segment.encap().bytes(),
            segment.decap().frames(),
            segment.decap().bytes()));
        return table;
    }

    private static Table ports(final EngineSnapshot now)
    {
        final Table table =
            new Table("dev", "vni", "queue", "in", "in_bytes", "out", "out_bytes", "refused", "overwritten");
        now.ports().forEach(port -> table.row(
            port.name(),
            port.vni(),
            port.queue(),
            port.in().frames(),
            port.in().bytes(),
            port.out().frames(),
            port.out().bytes(),
            port.refused(),
            port.overwritten()));
        return table;
    }

    private static Table remotes(final EngineSnapshot now)
    {
        final Table table = new Table("remote", "sent", "sent_bytes", "received", "received_bytes");
        for (final EngineSnapshot.RemoteRow remote : now.remotes())
        {
            if (remote.encap().frames() + remote.decap().frames() > 0)
            {
                table.row(
                    remote.vtep(),
                    remote.encap().frames(),
                    remote.encap().bytes(),
                    remote.decap().frames(),
                    remote.decap().bytes());
            }
        }
        return table;
    }

    private static Table contexts(final EngineSnapshot now)
    {
        final Table table = new Table(
            "context", "from_ports", "from_ports_bytes", "from_remotes", "from_remotes_bytes", "answered", "requests",
            "dropped", "reasons").show(CONTEXT_COLUMNS_SHOWN);
        for (final EngineSnapshot.RoutingRow context : now.routing())
        {
            final Map<String, Long> reasons = new TreeMap<>();
            context.dropped().forEach((reason, frames) -> reasons.put(reason.label(), frames));
            table.row(
                context.context(),
                context.fromPorts().frames(),
                context.fromPorts().bytes(),
                context.fromRemotes().frames(),
                context.fromRemotes().bytes(),
                context.answered(),
                context.requests(),
                context.dropped().values().stream().mapToLong(Long::longValue).sum(),
                reasons);
        }
        return table;
    }

    private static Map<String, Object> tables(final EngineSnapshot now)
    {
        final EngineSnapshot.TableSizes sizes = now.tables();
        final Map<String, Object> tables = new LinkedHashMap<>();
        tables.put("fdb", sizes.fdb());
        tables.put("neighbors", sizes.neighbors());
        tables.put("segments", now.segments().size());
        tables.put("forgotten", sizes.forgotten());
        tables.put("no_room", sizes.events().get(TableCounters.Event.NO_ROOM));
        tables.put("no_remote", sizes.events().get(TableCounters.Event.NO_REMOTE));
        tables.put("learn_limited", sizes.events().get(TableCounters.Event.LEARN_LIMITED));
        tables.put("neighbors_no_room", sizes.events().get(TableCounters.Event.NEIGHBOR_NO_ROOM));
        tables.put("neighbors_limited", sizes.events().get(TableCounters.Event.NEIGHBOR_LIMITED));
        return tables;
    }

    private Answer histograms()
    {
        final EngineSnapshot now = engine.engine().snapshot();
        final Table table =
            new Table("path", "what", "count", "mean", "p50", "p90", "p99", "p999", "buckets").show(COLUMNS_SHOWN);
        each(now, (name, path) ->
        {
            histogram(table, name, "batch_frames", path.batchSizes());
            if (now.hasLatency() || path.latencyNs().count() > 0)
            {
                histogram(table, name, "latency_ns", path.latencyNs());
            }
        });
        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("latency", now.hasLatency());
        json.put("histograms", table.json());
        return new Answer(
            table.text() + (now.hasLatency() ? "" : "latency is not measured now; 'latency on' begins\n"), json);
    }

    private static void histogram(final Table table, final String path, final String what, final Distribution values)
    {
        table.row(
            path, what, values.count(), Math.round(values.mean()), values.percentile(50), values.percentile(90),
            values.percentile(99), values.percentile(99.9), octaves(values));
    }

    /** Buckets whose highest values are powers of two, as from, to and count. */
    private static List<List<Long>> octaves(final Distribution values)
    {
        final long[] counts = new long[Long.SIZE];
        values.forEach((lowest, highest, count) ->
            counts[lowest <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(lowest - 1)] += count);
        final List<List<Long>> octaves = new ArrayList<>();
        for (int i = 0; i < counts.length; i++)
        {
            if (counts[i] > 0)
            {
                octaves.add(List.of(i == 0 ? 0 : (1L << i - 1) + 1, 1L << i, counts[i]));
            }
        }
        return octaves;
    }

    private Answer latency(final List<String> request) throws AdminException
    {
        final String state = new Words(request, 1).required(0, "on or off", word ->
        {
            if (!word.equals("on") && !word.equals("off"))
            {
                throw new IllegalArgumentException("not on or off: '" + word + "'");
            }
            return word;
        });
        engine.engine().latency(state.equals("on"));
        return Answer.DONE;
    }

    private static void each(final EngineSnapshot now, final PathTaker taker)
    {
        taker.take("encap", now.encap());
        taker.take("decap", now.decap());
    }

    /** Gets the rows of one direction. */
    @FunctionalInterface
    private interface PathTaker
    {
        void take(String name, PathRow path);
    }
}
