// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.SegmentView;
import io.overlane.status.PathCounters;
import io.overlane.status.RemoteTraffic;
import io.overlane.status.TableCounters;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code stats}: counters of frames and tables. */
final class StatusCommands
{
    private final EngineAccess engine;

    StatusCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands.addReading(
            "stats", "", "counters of frames, tables and remotes", words -> stats());
    }

    private Answer stats()
    {
        final OverlayEngine running = engine.engine();
        final Table paths = new Table("path", "in", "delivered", "bytes", "answered", "dropped", "flood_copies");
        row(paths, "encap", running.counters().encap());
        row(paths, "decap", running.counters().decap());
        final Table remotes = new Table("remote", "sent", "sent_bytes", "received", "received_bytes");
        final RemoteTraffic sent = running.counters().encap().remotes();
        final RemoteTraffic received = running.counters().decap().remotes();
        for (int i = RemoteTraffic.UNNUMBERED; i < running.tables().maxRemotes(); i++)
        {
            if (sent.frames(i) + received.frames(i) > 0)
            {
                remotes.row(
                    i == RemoteTraffic.UNNUMBERED ? null : running.tables().remote(i),
                    sent.frames(i),
                    sent.bytes(i),
                    received.frames(i),
                    received.bytes(i));
            }
        }
        final Table segments = new Table("vni", "sent", "sent_bytes", "received", "received_bytes");
        for (final SegmentView segment : engine.segments())
        {
            final SegmentView.Totals totals = segment.totals();
            segments.row(
                totals.vni(), totals.encapFrames(), totals.encapBytes(), totals.decapFrames(), totals.decapBytes());
        }
        final Map<String, Object> tables = new LinkedHashMap<>();
        tables.put("fdb", running.tables().fdbSize());
        tables.put("neighbors", running.tables().neighborsSize());
        tables.put("segments", engine.segments().size());
        tables.put("forgotten", running.forgotten());
        final TableCounters table = running.counters().tables();
        tables.put("no_room", table.get(TableCounters.Event.NO_ROOM));
        tables.put("no_remote", table.get(TableCounters.Event.NO_REMOTE));
        tables.put("learn_limited", table.get(TableCounters.Event.LEARN_LIMITED));
        final Map<String, Object> underlay = Map.of("receive_drops", running.receiveDrops());

        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("local", running.local());
        json.put("paths", paths.json());
        json.put("underlay", underlay);
        json.put("segments", segments.json());
        json.put("remotes", remotes.json());
        json.put("tables", tables);
        final StringBuilder text = new StringBuilder(paths.text());
        if (!segments.isEmpty())
        {
            text.append('\n').append(segments.text());
        }
        if (!remotes.isEmpty())
        {
            text.append('\n').append(remotes.text());
        }
        text.append('\n').append(oneRow(tables)).append('\n').append(oneRow(underlay));
        return new Answer(text.toString(), json);
    }

    private static String oneRow(final Map<String, Object> members)
    {
        return new Table(members.keySet().toArray(String[]::new)).row(members.values().toArray()).text();
    }

    private static void row(final Table table, final String name, final PathCounters path)
    {
        table.row(
            name,
            path.framesIn(),
            path.delivered(),
            path.deliveredBytes(),
            path.answered(),
            path.dropped(),
            path.floodCopies());
    }

    /** The address to show, if there is one. */
    static @Nullable IpAddress remote(final long high, final long low)
    {
        return high == 0 && low == 0 ? null : new IpAddress(high, low);
    }
}
